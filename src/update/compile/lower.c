// SPDX-License-Identifier: Apache-2.0
// A rule's condition -> a formula over the atoms of one event class.
#include <errno.h>

#include "base/fold.h"
#include "update/compile/class.h"
#include "update/regex/regex_compile.h"
#include "update/compile/source_plan.h"

/* What one item becomes, in the making: patterns that share an atom, and other formulas. */
struct lowering {
	struct class_builder *class;
	const struct logsource_rename *renames;
	struct text field; /* after renaming; empty: keywords */
	uint32_t number;   /* of the field, or PACK_NONE */
};

static struct arena *arena_of(const struct lowering *lowering)
{
	return lowering->class->builder->arena;
}

static struct text renamed(const struct logsource_rename *renames, struct text name)
{
	for (; renames && renames->from; renames++)
		if (text_is(name, text_of(renames->from)))
			return text_of(renames->to);
	return name;
}

/* Folded copy of a literal; wildcard bytes are no UTF-8 and stay as they are. */
static int fold_copy(struct arena *arena, struct text text, struct text *out)
{
	char *folded = arena_alloc(arena, FOLD_SIZE(text.size));

	if (!folded)
		return -ENOMEM;
	out->size = fold_text(text.at, text.size, folded);
	out->at = folded;
	return 0;
}

static bool pattern_kind(enum match_kind kind, enum pack_pattern_kind *out)
{
	switch (kind) {
	case MATCH_EXACT:
		*out = PATTERN_EXACT;
		return true;
	case MATCH_PREFIX:
		*out = PATTERN_PREFIX;
		return true;
	case MATCH_SUFFIX:
		*out = PATTERN_SUFFIX;
		return true;
	case MATCH_CONTAINS:
		*out = PATTERN_CONTAINS;
		return true;
	case MATCH_GLOB:
		*out = PATTERN_GLOB;
		return true;
	default:
		return false;
	}
}

/* A pattern that may stand anywhere is found by two or more of its bytes; one without as many
   side by side would be found everywhere, and is asked instead. */
static bool is_scannable(enum pack_pattern_kind kind, struct text folded)
{
	return kind < PATTERN_CONTAINS || rarity_run(folded).size >= 2;
}

/* The formula "one of these literals is found in the field so". */
static struct formula *scanned(struct lowering *lowering, enum pack_pattern_kind kind,
			       const struct text *literals, uint32_t count)
{
	struct class_builder *class = lowering->class;
	AUTO(free) uint32_t *patterns = calloc(count, sizeof(*patterns));
	uint32_t atom;

	if (!patterns)
		return NULL;
	for (uint32_t i = 0; i < count; i++) {
		struct text folded;

		if (fold_copy(arena_of(lowering), literals[i], &folded) < 0 ||
		    class_pattern(class, lowering->number, kind, folded, &patterns[i]) <
			    0)
			return NULL;
	}
	if (class_scanned_atom(class, lowering->number, patterns, count, &atom) < 0)
		return NULL;
	return formula_atom(arena_of(lowering), atom);
}

static struct formula *asked(struct lowering *lowering, enum pack_atom_kind kind,
			     uint32_t a, uint32_t b)
{
	struct pack_atom atom = {
		.kind = kind, .field = lowering->number, .a = a, .b = b
	};
	uint32_t number;

	/* An atom that is asked can't be waited for: nothing marks it. */
	if (class_atom(lowering->class, atom, 2, &number) < 0)
		return NULL;
	return formula_atom(arena_of(lowering), number);
}

static struct formula *with_number(struct lowering *lowering, enum pack_atom_kind kind,
				   double number)
{
	uint64_t bits;

	memcpy(&bits, &number, sizeof(bits));
	return asked(lowering, kind, (uint32_t)bits, (uint32_t)(bits >> 32));
}

static struct formula *both(struct lowering *lowering, struct formula *a,
			    struct formula *b)
{
	struct formula *parts[] = { a, b };

	return formula_join(arena_of(lowering), FORMULA_AND, parts, 2);
}

/* A literal without two bytes side by side, as a glob over the folded value. */
static struct formula *asked_like(struct lowering *lowering, enum pack_pattern_kind kind,
				  struct text folded)
{
	AUTO(buffer) struct buffer glob;
	struct pack_span text;

	buffer_init(&glob, PACK_NEEDLE_MAX);
	if (kind == PATTERN_CONTAINS)
		buffer_char(&glob, GLOB_ANY_RUN);
	buffer_text(&glob, folded);
	if (kind == PATTERN_CONTAINS)
		buffer_char(&glob, GLOB_ANY_RUN);
	if (glob.failed ||
	    builder_text(lowering->class->builder, buffer_view(&glob), &text) < 0)
		return NULL;
	return asked(lowering, ATOM_LIKE, text.first, text.count);
}

static struct formula *lower_literal(struct lowering *lowering,
				     enum pack_pattern_kind kind, struct text literal)
{
	struct text folded;

	if (fold_copy(arena_of(lowering), literal, &folded) < 0)
		return NULL;
	return is_scannable(kind, folded) ? scanned(lowering, kind, &literal, 1)
					  : asked_like(lowering, kind, folded);
}

/* An exact comparison is asked only where the folded one, which is scanned for, holds. */
static struct formula *lower_cased(struct lowering *lowering,
				   const struct rule_value *value)
{
	static const enum pack_atom_kind kinds[] = {
		[PATTERN_EXACT] = ATOM_EXACT_CASED,
		[PATTERN_PREFIX] = ATOM_PREFIX_CASED,
		[PATTERN_SUFFIX] = ATOM_SUFFIX_CASED,
		[PATTERN_CONTAINS] = ATOM_CONTAINS_CASED,
		[PATTERN_GLOB] = ATOM_GLOB_CASED,
	};
	enum pack_pattern_kind kind;
	struct pack_span text;

	if (!pattern_kind(value->kind, &kind) ||
	    builder_text(lowering->class->builder, value->literal, &text) < 0)
		return NULL;
	return both(lowering, lower_literal(lowering, kind, value->literal),
		    asked(lowering, kinds[kind], text.first, text.count));
}

/* Literals so common that looking for them would save nothing. */
#define FILTER_COST_MAX 0.5

/* Folding can shorten a literal: that of a long s is one byte, which is not scanned for. */
static bool worth_scanning(const struct lowering *lowering, const struct text *literals,
			   uint32_t count)
{
	double share = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct text folded;

		if (fold_copy(arena_of(lowering), literals[i], &folded) < 0 ||
		    !is_scannable(PATTERN_CONTAINS, folded))
			return false;
		share += rarity_pattern(PATTERN_CONTAINS, folded);
	}
	return count && share < FILTER_COST_MAX;
}

/* A regex is run only where a literal that each of its matches holds is found. */
static struct formula *lower_regex(struct lowering *lowering,
				   const struct rule_value *value)
{
	struct builder *builder = lowering->class->builder;
	struct text *literals;
	uint32_t regex, count;
	int r = builder_regex(builder, value->literal, value->regex_flags, &regex);

	if (!r)
		r = regex_literals(value->literal, value->regex_flags, builder->arena,
				   &literals, &count);
	if (r)
		return NULL;
	if (!worth_scanning(lowering, literals, count))
		return asked(lowering, ATOM_REGEX, regex, 0);
	return both(lowering, scanned(lowering, PATTERN_CONTAINS, literals, count),
		    asked(lowering, ATOM_REGEX, regex, 0));
}

static struct formula *lower_network(struct lowering *lowering,
				     const struct rule_value *value)
{
	struct text bytes = { .at = (const char *)value->network, .size = 16 };
	struct pack_span span;

	if (builder_text(lowering->class->builder, bytes, &span) < 0)
		return NULL;
	return asked(lowering, ATOM_CIDR, span.first, value->network_bits);
}

static struct formula *lower_brand(struct lowering *lowering,
				   const struct rule_value *value)
{
	struct pack_span span;

	if (builder_text(lowering->class->builder, value->literal, &span) < 0)
		return NULL;
	return asked(lowering, ATOM_LOOKALIKE, span.first, span.count);
}

static struct formula *lower_reference(struct lowering *lowering,
				       const struct rule_value *value)
{
	uint32_t other;

	if (builder_field(lowering->class->builder,
			  renamed(lowering->renames, value->literal), &other) < 0)
		return NULL;
	return asked(lowering, ATOM_REF_EXACT + (value->kind - MATCH_REF_EXACT), other,
		     value->cased);
}

/* Whether the literal is a number as event ids are written. */
static bool is_id(struct text text, uint32_t *out)
{
	uint64_t id = 0;

	if (text.size == 0 || text.size > 10 || (text.at[0] == '0' && text.size > 1))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		id = id * 10 + (uint64_t)(text.at[i] - '0');
	}
	*out = (uint32_t)id;
	return id < PACK_NONE;
}

static bool id_is_known(const struct class_builder *class, uint32_t id)
{
	for (uint32_t i = 0; i < class->known_id_count; i++)
		if (class->known_ids[i] == id)
			return true;
	return false;
}

/* What the class itself says of a value: FORMULA_TRUE, FORMULA_FALSE, or FORMULA_ATOM for
   nothing.  Events of a class have its id, and those of Windows its channel. */
static enum formula_kind known_of_class(const struct lowering *lowering,
					const struct rule_value *value)
{
	const struct class_builder *class = lowering->class;
	struct text source = class->source;
	char folded[256];
	uint32_t id;

	if (value->kind != MATCH_EXACT || value->cased)
		return FORMULA_ATOM;
	if (text_is(lowering->field, TEXT("EventID")) && is_id(value->literal, &id)) {
		if (class->id != PACK_NONE)
			return id == class->id ? FORMULA_TRUE : FORMULA_FALSE;
		return id_is_known(class, id) ? FORMULA_FALSE : FORMULA_ATOM;
	}
	if (text_is(lowering->field, TEXT("Channel")) &&
	    text_starts(source, TEXT("windows:")) && !text_ends(source, TEXT("*")) &&
	    FOLD_SIZE(value->literal.size) <= sizeof(folded)) {
		struct text channel = text_part(source, 8, SIZE_MAX);
		struct text want = { .at = folded };

		want.size = fold_text(value->literal.at, value->literal.size, folded);
		return text_is(channel, want) ? FORMULA_TRUE : FORMULA_FALSE;
	}
	return FORMULA_ATOM;
}

static struct formula *lower_value(struct lowering *lowering,
				   const struct rule_value *value)
{
	enum formula_kind known = known_of_class(lowering, value);
	enum pack_pattern_kind kind;

	if (known != FORMULA_ATOM)
		return formula_constant(arena_of(lowering), known == FORMULA_TRUE);
	if (pattern_kind(value->kind, &kind))
		return value->cased ? lower_cased(lowering, value)
				    : lower_literal(lowering, kind, value->literal);
	switch (value->kind) {
	case MATCH_ANY:
		return asked(lowering, ATOM_ANY, 0, 0);
	case MATCH_IS_NULL:
		return asked(lowering, ATOM_IS_NULL, 0, 0);
	case MATCH_EXISTS:
		return asked(lowering, ATOM_EXISTS, 0, 0);
	case MATCH_EXISTS_NOT:
		return asked(lowering, ATOM_EXISTS_NOT, 0, 0);
	case MATCH_REGEX:
		return lower_regex(lowering, value);
	case MATCH_CIDR:
		return lower_network(lowering, value);
	case MATCH_LOOKALIKE:
		return lower_brand(lowering, value);
	case MATCH_LT:
	case MATCH_LTE:
	case MATCH_GT:
	case MATCH_GTE:
		return with_number(lowering, ATOM_LT + (value->kind - MATCH_LT),
				   value->number);
	case MATCH_REF_EXACT:
	case MATCH_REF_PREFIX:
	case MATCH_REF_SUFFIX:
	case MATCH_REF_CONTAINS:
		return lower_reference(lowering, value);
	default:
		return with_number(lowering, ATOM_MINUTE + (value->kind - MATCH_MINUTE),
				   value->number);
	}
}

/* The values that patterns find share one atom: one bit for the whole list, however long. */
static struct formula *lower_any(struct lowering *lowering, const struct rule_item *item)
{
	struct class_builder *class = lowering->class;
	AUTO(free) uint32_t *patterns = calloc(item->value_count, sizeof(*patterns));
	AUTO(free) struct formula **parts = calloc(item->value_count + 1, sizeof(*parts));
	uint32_t pattern_count = 0, part_count = 0, atom;

	if (!patterns || !parts)
		return NULL;
	for (uint32_t i = 0; i < item->value_count; i++) {
		const struct rule_value *value = &item->values[i];
		enum pack_pattern_kind kind;
		struct text folded;

		if (fold_copy(arena_of(lowering), value->literal, &folded) < 0)
			return NULL;
		if (value->cased || !pattern_kind(value->kind, &kind) ||
		    known_of_class(lowering, value) != FORMULA_ATOM ||
		    !is_scannable(kind, folded)) {
			parts[part_count] = lower_value(lowering, value);
			if (!parts[part_count++])
				return NULL;
			continue;
		}
		if (class_pattern(class, lowering->number, kind, folded,
				  &patterns[pattern_count++]) < 0)
			return NULL;
	}
	if (pattern_count) {
		if (class_scanned_atom(class, lowering->number, patterns, pattern_count,
				       &atom) < 0)
			return NULL;
		parts[part_count++] = formula_atom(arena_of(lowering), atom);
	}
	return formula_join(arena_of(lowering), FORMULA_OR, parts, part_count);
}

static struct formula *lower_all(struct lowering *lowering, const struct rule_item *item)
{
	AUTO(free) struct formula **parts = calloc(item->value_count, sizeof(*parts));

	if (!parts)
		return NULL;
	for (uint32_t i = 0; i < item->value_count; i++)
		parts[i] = lower_value(lowering, &item->values[i]);
	return formula_join(arena_of(lowering), FORMULA_AND, parts, item->value_count);
}

static struct formula *lower_item(struct class_builder *class,
				  const struct rule_item *item,
				  const struct logsource_rename *renames)
{
	struct lowering lowering = { .class = class,
				     .renames = renames,
				     .number = PACK_NONE };
	struct formula *formula;

	lowering.field = renamed(renames, item->field);
	if (item->field.size &&
	    builder_field(class->builder, lowering.field, &lowering.number) < 0)
		return NULL;
	formula = item->all ? lower_all(&lowering, item) : lower_any(&lowering, item);
	return item->negated ? formula_not(arena_of(&lowering), formula) : formula;
}

/* What the class alone says of an item: TRUE, FALSE, or ATOM where it takes the event. */
static enum formula_kind known_item(struct class_builder *class,
				    const struct rule_item *item,
				    const struct logsource_rename *renames)
{
	struct lowering lowering = { .class = class,
				     .field = renamed(renames, item->field) };
	enum formula_kind decisive = item->all ? FORMULA_FALSE : FORMULA_TRUE;
	enum formula_kind answer = item->all ? FORMULA_TRUE : FORMULA_FALSE;

	for (uint32_t i = 0; i < item->value_count && answer != decisive; i++) {
		enum formula_kind value = known_of_class(&lowering, &item->values[i]);

		if (value == decisive || value == FORMULA_ATOM)
			answer = value;
	}
	if (item->negated && answer != FORMULA_ATOM)
		answer = answer == FORMULA_TRUE ? FORMULA_FALSE : FORMULA_TRUE;
	return answer;
}

/* The same for a condition.  As deep as it, and the reader bounds its nesting. */
static enum formula_kind known_node(struct class_builder *class,
				    const struct rule_node *node,
				    const struct logsource_rename *renames)
{
	enum formula_kind decisive =
		node->kind == NODE_AND ? FORMULA_FALSE : FORMULA_TRUE;
	enum formula_kind answer = node->kind == NODE_AND ? FORMULA_TRUE : FORMULA_FALSE;

	if (node->kind == NODE_ITEM)
		return known_item(class, node->item, renames);
	if (node->kind == NODE_NOT) {
		answer = known_node(class, node->children[0], renames);
		if (answer == FORMULA_ATOM)
			return answer;
		return answer == FORMULA_TRUE ? FORMULA_FALSE : FORMULA_TRUE;
	}
	for (uint32_t i = 0; i < node->count; i++) {
		enum formula_kind part = known_node(class, node->children[i], renames);

		if (part == decisive)
			return decisive;
		if (part == FORMULA_ATOM)
			answer = FORMULA_ATOM;
	}
	return answer;
}

/* As deep as the condition, too. */
static struct formula *lower_node(struct class_builder *class,
				  const struct rule_node *node,
				  const struct logsource_rename *renames)
{
	struct arena *arena = class->builder->arena;
	enum formula_kind known = known_node(class, node, renames);
	AUTO(free) struct formula **parts = NULL;

	/* What is decided already makes no atoms that nobody would ask. */
	if (known != FORMULA_ATOM)
		return formula_constant(arena, known == FORMULA_TRUE);
	if (node->kind == NODE_ITEM)
		return lower_item(class, node->item, renames);
	parts = calloc(node->count, sizeof(*parts));
	if (!parts)
		return NULL;
	for (uint32_t i = 0; i < node->count; i++) {
		parts[i] = lower_node(class, node->children[i], renames);
		if (!parts[i])
			return NULL;
	}
	if (node->kind == NODE_NOT)
		return formula_not(arena, parts[0]);
	return formula_join(arena, node->kind == NODE_AND ? FORMULA_AND : FORMULA_OR,
			    parts, node->count);
}

/* ${formula} and the further condition of ${target}: that one field has one value. */
static struct formula *with_condition(struct class_builder *class,
				      struct formula *formula,
				      const struct logsource_target *target)
{
	struct rule_value value = { .kind = MATCH_EXACT,
				    .literal = text_of(target->value) };
	struct rule_item item = { .field = text_of(target->field),
				  .values = &value,
				  .value_count = 1 };
	struct formula *parts[] = { lower_item(class, &item, NULL), formula };

	return formula_join(class->builder->arena, FORMULA_AND, parts, 2);
}

struct formula *class_rule(struct class_builder *class, const struct rule *rule,
			   const struct logsource_target *targets, uint32_t target_count)
{
	struct formula *parts[LOGSOURCE_TARGETS_MAX];
	uint32_t count = 0;

	for (uint32_t i = 0; i < target_count && count < LOGSOURCE_TARGETS_MAX; i++) {
		struct formula *formula;

		if (!target_takes(&targets[i], class->source, class->id))
			continue;
		formula = lower_node(class, rule->condition, targets[i].renames);
		if (formula && formula->kind != FORMULA_FALSE && targets[i].field)
			formula = with_condition(class, formula, &targets[i]);
		if (!formula)
			return NULL;
		parts[count++] = formula;
	}
	return formula_join(class->builder->arena, FORMULA_OR, parts, count);
}
