// SPDX-License-Identifier: Apache-2.0
// How a rule will be evaluated, in words.
#include <errno.h>
#include <stdio.h>

#include "model/pack_view.h"
#include "update/compile/class.h"
#include "update/compile/pack_build.h"
#include "update/compile/source_plan.h"

#define TEXT_SIZE_MAX ((size_t)64 << 20)
#define VALUES_SHOWN  12u /* of one atom; the rest is counted */

struct explaining {
	struct class_builder *class;
	struct buffer *out;
	uint32_t *
		names; /* of each atom: 1 and up in order of appearance, 0: not shown yet */
	uint32_t shown;
};

static struct text field_name(const struct explaining *explaining, uint32_t field)
{
	if (field == PACK_NONE)
		return TEXT("any value");
	return explaining->class->builder->fields.entries[field].key;
}

/* Literals in quotes, wildcards as in rules, control characters as escapes. */
static void add_literal(struct buffer *out, struct text text)
{
	buffer_char(out, '"');
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = (uint8_t)text.at[i];

		if (c == 0xff || c == 0xfe)
			buffer_char(out, c == 0xff ? '*' : '?');
		else if (c < 0x20 || c == 0x7f)
			buffer_format(out, "\\x%02x", c);
		else
			buffer_char(out, (char)c);
	}
	buffer_char(out, '"');
}

static void add_patterns(const struct explaining *explaining, uint32_t atom)
{
	static const char *const verbs[] = { "is", "starts with", "ends with", "contains",
					     "is like" };
	const struct class_builder *class = explaining->class;
	const struct class_pattern *patterns = (const void *)class->patterns.at;
	const uint32_t *pairs = (const uint32_t *)(const void *)class->pattern_atoms.at;
	enum pack_pattern_kind last = PATTERN_KINDS;
	uint32_t count = 0;

	for (size_t i = 0; i < class->pattern_atoms.size / (2 * sizeof(uint32_t)); i++) {
		const struct class_pattern *pattern = &patterns[pairs[2 * i]];

		if (pairs[2 * i + 1] != atom || count++ >= VALUES_SHOWN)
			continue;
		buffer_string(explaining->out, count > 1 ? " or " : " ");
		if (pattern->kind != last)
			buffer_format(explaining->out, "%s ", verbs[pattern->kind]);
		last = pattern->kind;
		add_literal(explaining->out, pattern->text);
	}
	if (count > VALUES_SHOWN)
		buffer_format(explaining->out, " or one of %u more",
			      count - VALUES_SHOWN);
	buffer_string(explaining->out, "   [found by scanning]");
}

static void add_asked(const struct explaining *explaining, const struct pack_atom *atom)
{
	static const char *const words[ATOM_KINDS] = {
		[ATOM_ANY] = "has a value",
		[ATOM_IS_NULL] = "is absent or null",
		[ATOM_EXISTS] = "exists",
		[ATOM_EXISTS_NOT] = "does not exist",
		[ATOM_REGEX] = "matches the regex",
		[ATOM_LIKE] = "is like",
		[ATOM_EXACT_CASED] = "is exactly",
		[ATOM_PREFIX_CASED] = "starts exactly with",
		[ATOM_SUFFIX_CASED] = "ends exactly with",
		[ATOM_CONTAINS_CASED] = "contains exactly",
		[ATOM_GLOB_CASED] = "is exactly like",
		[ATOM_CIDR] = "is an address of",
		[ATOM_LT] = "<",
		[ATOM_LTE] = "<=",
		[ATOM_GT] = ">",
		[ATOM_GTE] = ">=",
		[ATOM_REF_EXACT] = "is the same as",
		[ATOM_REF_PREFIX] = "starts with",
		[ATOM_REF_SUFFIX] = "ends with",
		[ATOM_REF_CONTAINS] = "contains",
		[ATOM_MINUTE] = "has the minute",
		[ATOM_HOUR] = "has the hour",
		[ATOM_DAY] = "has the day",
		[ATOM_WEEK] = "has the week",
		[ATOM_MONTH] = "has the month",
		[ATOM_YEAR] = "has the year",
		[ATOM_LOOKALIKE] = "looks like the brand",
	};
	const struct builder *builder = explaining->class->builder;
	const char *text = builder->sections[PACK_TEXT].at;
	uint64_t bits = (uint64_t)atom->b << 32 | atom->a;
	double number;

	memcpy(&number, &bits, sizeof(number));
	buffer_format(explaining->out, " %s", words[atom->kind]);
	if (atom->kind == ATOM_REGEX) {
		struct text key = builder->regexes.entries[atom->a].key;

		buffer_char(explaining->out, ' ');
		add_literal(explaining->out, text_part(key, 1, SIZE_MAX));
	} else if ((atom->kind >= ATOM_LIKE && atom->kind <= ATOM_GLOB_CASED) ||
		   atom->kind == ATOM_LOOKALIKE) {
		buffer_char(explaining->out, ' ');
		add_literal(explaining->out,
			    (struct text){ .at = text + atom->a, .size = atom->b });
	} else if (atom->kind == ATOM_CIDR) {
		for (uint32_t i = 0; i < 16; i += 2)
			buffer_format(explaining->out, "%c%x", i ? ':' : ' ',
				      (uint8_t)text[atom->a + i] << 8 |
					      (uint8_t)text[atom->a + i + 1]);
		buffer_format(explaining->out, "/%u", atom->b);
	} else if (atom->kind >= ATOM_REF_EXACT && atom->kind <= ATOM_REF_CONTAINS) {
		buffer_char(explaining->out, ' ');
		buffer_text(explaining->out, field_name(explaining, atom->a));
	} else if (atom->kind >= ATOM_LT) {
		buffer_format(explaining->out, " %.15g", number);
	}
	buffer_string(explaining->out, "   [asked only of candidates]");
}

/* Name the atoms in the order of the condition, and say what each is. */
static void add_atoms(struct explaining *explaining, const struct formula *formula)
{
	const struct pack_atom *atoms = (const void *)explaining->class->atoms.at;

	for (uint32_t i = 0; i < formula->count; i++)
		add_atoms(explaining, formula->parts[i]);
	if (formula->kind != FORMULA_ATOM || explaining->names[formula->atom])
		return;
	explaining->names[formula->atom] = ++explaining->shown;
	buffer_format(explaining->out, "    a%u: ", explaining->shown);
	buffer_text(explaining->out, field_name(explaining, atoms[formula->atom].field));
	if (atoms[formula->atom].kind == ATOM_SCANNED)
		add_patterns(explaining, formula->atom);
	else
		add_asked(explaining, &atoms[formula->atom]);
	buffer_char(explaining->out, '\n');
}

static void add_formula(const struct explaining *explaining,
			const struct formula *formula, bool inner)
{
	bool joined = formula->kind == FORMULA_AND || formula->kind == FORMULA_OR;

	switch (formula->kind) {
	case FORMULA_TRUE:
		buffer_string(explaining->out, "always");
		return;
	case FORMULA_FALSE:
		buffer_string(explaining->out, "never");
		return;
	case FORMULA_ATOM:
		buffer_format(explaining->out, "a%u", explaining->names[formula->atom]);
		return;
	case FORMULA_NOT:
		buffer_string(explaining->out, "not ");
		break;
	default:
		break;
	}
	if (joined && inner)
		buffer_char(explaining->out, '(');
	for (uint32_t i = 0; i < formula->count; i++) {
		if (i)
			buffer_string(explaining->out,
				      formula->kind == FORMULA_AND ? " and " : " or ");
		add_formula(explaining, formula->parts[i], true);
	}
	if (joined && inner)
		buffer_char(explaining->out, ')');
}

static void add_witness(const struct explaining *explaining,
			const struct formula *formula)
{
	AUTO(buffer) struct buffer atoms;
	double cost;

	buffer_init(&atoms, TEXT_SIZE_MAX);
	cost = formula_witness(formula, class_cost, explaining->class, &atoms);
	explaining->out->failed |= atoms.failed;
	buffer_string(explaining->out, "  witness: ");
	if (cost >= 1) {
		buffer_string(
			explaining->out,
			"none, so the condition is evaluated for every such event\n");
		return;
	}
	for (size_t i = 0; i < atoms.size / sizeof(uint32_t); i++)
		buffer_format(explaining->out, "%sa%u", i ? " or " : "",
			      explaining->names[((const uint32_t *)(void *)atoms.at)[i]]);
	buffer_format(explaining->out,
		      " (estimated to hold in %.2g %% of such events; the condition is "
		      "evaluated "
		      "only then)\n",
		      cost * 100);
}

static int explain_formula(struct class_builder *class, const struct formula *formula,
			   struct buffer *out)
{
	struct explaining explaining = { .class = class, .out = out };
	AUTO(free)
	uint32_t *names =
		calloc(class->atoms.size / sizeof(struct pack_atom) + 1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	explaining.names = names;
	buffer_string(out, "  atoms:\n");
	add_atoms(&explaining, formula);
	buffer_string(out, "  condition: ");
	add_formula(&explaining, formula, false);
	buffer_char(out, '\n');
	add_witness(&explaining, formula);
	return out->failed ? -ENOMEM : 0;
}

static int explain_class(struct builder *builder, const struct rule *rule,
			 const struct source_plan *plan,
			 const struct planned_source *source, uint32_t id,
			 struct buffer *out)
{
	const struct planned_rule *planned = &plan->rules[0];
	struct class_builder class;
	struct formula *formula;
	int r = 0;

	class_init(&class, builder, source->name, id, source->ids, source->id_count);
	formula = class_rule(&class, rule, planned->targets, planned->target_count);
	if (!formula)
		r = -ENOMEM;
	else if (formula->kind != FORMULA_FALSE)
		r = explain_formula(&class, formula, out);
	class_done(&class);
	return r;
}

/* Classes in which the rule reads the same are listed together, above what they share. */
struct grouping {
	struct buffer names, text, latest;
};

static void flush_group(struct grouping *grouping, struct buffer *out)
{
	if (grouping->text.size) {
		buffer_text(out, buffer_view(&grouping->names));
		buffer_text(out, buffer_view(&grouping->text));
		buffer_char(out, '\n');
	}
	out->failed |= grouping->names.failed || grouping->text.failed;
	buffer_clear(&grouping->names);
	buffer_clear(&grouping->text);
}

static void add_class(struct grouping *grouping, const struct planned_source *source,
		      uint32_t id, struct buffer *out)
{
	if (!grouping->latest.size)
		return;
	if (!text_is(buffer_view(&grouping->latest), buffer_view(&grouping->text))) {
		flush_group(grouping, out);
		buffer_text(&grouping->text, buffer_view(&grouping->latest));
	}
	buffer_string(&grouping->names, "events of ");
	buffer_text(&grouping->names, source->name);
	if (id != PACK_NONE)
		buffer_format(&grouping->names, " with id %u", id);
	else if (source->id_count)
		buffer_string(&grouping->names, " with another id");
	buffer_char(&grouping->names, '\n');
}

static int explain_sources(struct builder *builder, const struct rule *rule,
			   const struct source_plan *plan, struct buffer *out)
{
	struct grouping grouping;
	int r = 0;

	buffer_init(&grouping.names, TEXT_SIZE_MAX);
	buffer_init(&grouping.text, TEXT_SIZE_MAX);
	buffer_init(&grouping.latest, TEXT_SIZE_MAX);
	for (uint32_t i = 0; i < plan->source_count && !r; i++) {
		const struct planned_source *source = &plan->sources[i];

		for (uint32_t n = 0; n <= source->id_count && !r; n++) {
			uint32_t id = n < source->id_count ? source->ids[n] : PACK_NONE;

			buffer_clear(&grouping.latest);
			r = explain_class(builder, rule, plan, source, id,
					  &grouping.latest);
			add_class(&grouping, source, id, out);
		}
	}
	flush_group(&grouping, out);
	buffer_done(&grouping.names);
	buffer_done(&grouping.text);
	buffer_done(&grouping.latest);
	return r ? r : out->failed ? -ENOMEM : 0;
}

int rule_explain(const struct rule_set *set, uint32_t number, struct buffer *out,
		 struct why *why)
{
	struct rule_set alone = { .rule_count = 1, .rules = &set->rules[number] };
	struct source_plan plan = { 0 };
	struct builder builder;
	int r = builder_init(&builder, why);

	if (!r)
		r = source_plan_make(&plan, &alone, builder.arena);
	if (!r)
		r = explain_sources(&builder, &set->rules[number], &plan, out);
	builder_done(&builder);
	return r;
}
