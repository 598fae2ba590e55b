// SPDX-License-Identifier: Apache-2.0
// The proof that a pack can be evaluated: one pass, every span, index and program in bounds.
#include <errno.h>

#include "model/lookalike.h"
#include "model/pack_view.h"
#include "model/regex.h"

struct proof {
	const struct pack *pack;
	struct why *why;
	uint64_t
		budget; /* elements that may still be walked: overlapping lists cost twice */
};

static int bad(struct proof *proof, const char *what, uint32_t number)
{
	why_set(proof->why, 0, 0, "the pack is not sound: %s (number %u)", what, number);
	return -EINVAL;
}

static bool inside(struct pack_span span, uint32_t count)
{
	return span.first <= count && span.count <= count - span.first;
}

static bool has(struct proof *proof, enum pack_section_id section, struct pack_span span)
{
	return inside(span, proof->pack->count[section]);
}

/* Whether ${count} more elements may be walked: what keeps the proof linear in the pack. */
static bool walk(struct proof *proof, uint32_t count)
{
	if (count > proof->budget)
		return false;
	proof->budget -= count;
	return true;
}

static bool power_of_two(uint32_t n)
{
	return n && (n & (n - 1)) == 0;
}

/* The NUMBERS of ${span} are all below ${limit}. */
static bool list_below(struct proof *proof, struct pack_span span, uint32_t limit)
{
	if (!has(proof, PACK_NUMBERS, span) || !walk(proof, span.count))
		return false;
	for (uint32_t i = 0; i < span.count; i++)
		if (proof->pack->numbers[span.first + i] >= limit)
			return false;
	return true;
}

/* A hash table of element + 1, where 0 is free: a power of two with at least one free slot. */
static bool slots_sound(struct proof *proof, const uint32_t *slots, uint32_t count,
			uint32_t limit)
{
	uint32_t is_free = 0;

	if (!power_of_two(count) || !walk(proof, count))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		is_free |= slots[i] == 0;
		if (slots[i] > limit)
			return false;
	}
	return is_free;
}

static int verify_names(struct proof *proof)
{
	const struct pack *pack = proof->pack;

	if (pack->count[PACK_FIELDS] > PACK_FIELDS_MAX)
		return bad(proof, "too many fields", pack->count[PACK_FIELDS]);
	for (uint32_t i = 0; i < pack->count[PACK_FIELDS]; i++)
		if (!has(proof, PACK_TEXT, pack->fields[i].name))
			return bad(proof, "a field's name", i);
	if (!slots_sound(proof, pack->field_slots, pack->count[PACK_FIELD_SLOTS],
			 pack->count[PACK_FIELDS]))
		return bad(proof, "the table of fields", 0);
	if (!slots_sound(proof, pack->source_slots, pack->count[PACK_SOURCE_SLOTS],
			 pack->count[PACK_SOURCES]))
		return bad(proof, "the table of sources", 0);
	return 0;
}

/* Sources divide the classes between them, in order; so do classes what they own. */
static int verify_sources(struct proof *proof)
{
	const struct pack *pack = proof->pack;
	uint32_t class = 0;

	if (pack->count[PACK_CLASSES] > PACK_CLASSES_MAX)
		return bad(proof, "too many classes", pack->count[PACK_CLASSES]);
	for (uint32_t i = 0; i < pack->count[PACK_SOURCES]; i++) {
		const struct pack_source *source = &pack->sources[i];

		if (!has(proof, PACK_TEXT, source->name) ||
		    source->classes.first != class || source->classes.count == 0 ||
		    !has(proof, PACK_CLASSES, source->classes))
			return bad(proof, "a source", i);
		for (uint32_t last = 0, n = 0; n < source->classes.count; n++, class ++) {
			uint32_t id = pack->classes[class].id;

			if (pack->classes[class].source != i || (n > 0 && id <= last) ||
			    (n + 1 == source->classes.count) != (id == PACK_NONE))
				return bad(proof, "a class's id", class);
			last = id;
		}
	}
	if (class != pack->count[PACK_CLASSES])
		return bad(proof, "classes without a source", class);
	return 0;
}

static int verify_gram_table(struct proof *proof, const struct pack_gram_table *table)
{
	const struct pack *pack = proof->pack;

	if (table->bits.count == 0 && table->slots.count == 0)
		return 0;
	if (table->stride == 0 || table->stride > PACK_STRIDE_MAX || table->is_map > 1)
		return bad(proof, "a stride", table->stride);
	/* Few enough for a hash of 32 bits, and for a shift by less than that. */
	if (!has(proof, PACK_GRAM_BITS, table->bits) ||
	    !power_of_two(table->bits.count) || table->bits.count > 1u << 25)
		return bad(proof, "a filter", table->bits.first);
	if (!has(proof, PACK_GRAM_SLOTS, table->slots) ||
	    !slots_sound(proof, pack->gram_slots + table->slots.first, table->slots.count,
			 pack->count[PACK_GRAMS]))
		return bad(proof, "a table of grams", table->slots.first);
	return 0;
}

/* The patterns that a table leads to must be patterns; whose they are is checked by atoms. */
static int verify_end_table(struct proof *proof, const struct pack_end_table *table)
{
	const struct pack *pack = proof->pack;
	bool is_free = false;

	if (table->slots.count == 0)
		return table->sizes ? bad(proof, "a table of ends", 0) : 0;
	if (!has(proof, PACK_END_SLOTS, table->slots) ||
	    !power_of_two(table->slots.count) || !walk(proof, table->slots.count))
		return bad(proof, "a table of ends", table->slots.first);
	for (uint32_t i = 0; i < table->slots.count; i++) {
		const struct pack_end_slot *slot =
			&pack->end_slots[table->slots.first + i];
		struct pack_span list = { .first = slot->patterns, .count = slot->count };

		is_free |= slot->count == 0;
		if (slot->size > PACK_END_BYTES || slot->count > PACK_BUCKET_MAX ||
		    !list_below(proof, list, pack->count[PACK_PATTERNS]))
			return bad(proof, "an end", table->slots.first + i);
	}
	return is_free ? 0 : bad(proof, "a full table of ends", table->slots.first);
}

/* Patterns name atoms of their class, so each matcher's patterns are checked with its class. */
static int verify_matcher(struct proof *proof, uint32_t number)
{
	const struct pack *pack = proof->pack;
	const struct pack_matcher *matcher = &pack->matchers[number];
	int r;

	if (matcher->field != PACK_NONE && matcher->field >= pack->count[PACK_FIELDS])
		return bad(proof, "a matcher's field", number);
	r = verify_end_table(proof, &matcher->whole);
	if (!r)
		r = verify_end_table(proof, &matcher->starts);
	if (!r)
		r = verify_end_table(proof, &matcher->ends);
	if (!r)
		r = verify_gram_table(proof, &matcher->wide);
	if (!r)
		r = verify_gram_table(proof, &matcher->narrow);
	return r;
}

static int verify_grams(struct proof *proof)
{
	const struct pack *pack = proof->pack;

	for (uint32_t i = 0; i < pack->count[PACK_GRAMS]; i++) {
		struct pack_span places = pack->grams[i].places;

		if (!has(proof, PACK_NUMBERS, places) || places.count % 2 ||
		    places.count / 2 > PACK_BUCKET_MAX || !walk(proof, places.count))
			return bad(proof, "a gram", i);
		for (uint32_t n = 0; n < places.count; n += 2) {
			uint32_t pattern = pack->numbers[places.first + n];
			uint32_t at = pack->numbers[places.first + n + 1];

			if (pattern >= pack->count[PACK_PATTERNS] ||
			    at >= pack->patterns[pattern].text.count)
				return bad(proof, "a gram's place", i);
		}
	}
	return 0;
}

/*
 * The engine marks atoms by their number within the event's class.  That a pattern's atoms
 * belong to the class whose matcher finds it cannot be told without walking every table, so
 * the engine's marks have room for the largest class, and pattern atoms are checked against
 * that: a pattern of another class could mark a wrong atom, never a place outside.
 */
static int verify_patterns(struct proof *proof, uint32_t most_atoms)
{
	const struct pack *pack = proof->pack;

	for (uint32_t i = 0; i < pack->count[PACK_PATTERNS]; i++) {
		const struct pack_pattern *pattern = &pack->patterns[i];

		if (pattern->kind >= PATTERN_KINDS ||
		    !has(proof, PACK_TEXT, pattern->text) ||
		    pattern->text.count > PACK_NEEDLE_MAX)
			return bad(proof, "a pattern", i);
		if (!list_below(proof, pattern->atoms, most_atoms))
			return bad(proof, "a pattern's atoms", i);
	}
	return 0;
}

static bool is_brand(const struct proof *proof, struct pack_span span)
{
	struct lookalike_brand brand;

	return !lookalike_brand_set(&brand, pack_text(proof->pack, span));
}

static bool atom_sound(struct proof *proof, const struct pack_atom *atom)
{
	const struct pack *pack = proof->pack;

	if (atom->field != PACK_NONE && atom->field >= pack->count[PACK_FIELDS])
		return false;
	switch (atom->kind) {
	case ATOM_REGEX:
		return atom->a < pack->count[PACK_REGEXES];
	case ATOM_LIKE:
	case ATOM_EXACT_CASED:
	case ATOM_PREFIX_CASED:
	case ATOM_SUFFIX_CASED:
	case ATOM_CONTAINS_CASED:
	case ATOM_GLOB_CASED:
		return has(proof, PACK_TEXT, (struct pack_span){ atom->a, atom->b }) &&
		       atom->b <= PACK_NEEDLE_MAX;
	case ATOM_LOOKALIKE:
		return has(proof, PACK_TEXT, (struct pack_span){ atom->a, atom->b }) &&
		       is_brand(proof, (struct pack_span){ atom->a, atom->b });
	case ATOM_CIDR:
		return has(proof, PACK_TEXT, (struct pack_span){ atom->a, 16 }) &&
		       atom->b <= 128;
	case ATOM_REF_EXACT:
	case ATOM_REF_PREFIX:
	case ATOM_REF_SUFFIX:
	case ATOM_REF_CONTAINS:
		return atom->a < pack->count[PACK_FIELDS] && atom->b <= 1;
	default:
		return atom->kind < ATOM_KINDS;
	}
}

/* Forward jumps only: a program ends after at most as many tests as it has. */
static int verify_tests(struct proof *proof, struct pack_span tests, uint32_t atoms)
{
	const struct pack *pack = proof->pack;

	if (!has(proof, PACK_TESTS, tests) || tests.count == 0 ||
	    tests.count > PACK_TESTS_MAX || !walk(proof, tests.count))
		return bad(proof, "a program", tests.first);
	for (uint32_t i = 0; i < tests.count; i++) {
		const struct pack_test *test = &pack->tests[tests.first + i];
		bool yes = test->yes >= TEST_ACCEPT ||
			   (test->yes > i && test->yes < tests.count);
		bool no = test->no >= TEST_ACCEPT ||
			  (test->no > i && test->no < tests.count);

		if (!yes || !no || test->atom >= atoms)
			return bad(proof, "a test", tests.first + i);
	}
	return 0;
}

static int verify_instances(struct proof *proof, const struct pack_class *class)
{
	const struct pack *pack = proof->pack;
	uint32_t last = 0;

	for (uint32_t i = 0; i < class->instances.count; i++) {
		const struct pack_instance *instance =
			&pack->instances[class->instances.first + i];
		int r;

		if (instance->rule >= pack->count[PACK_RULES] ||
		    (i > 0 && instance->rule <= last) ||
		    pack->rules[instance->rule].flags & PACK_RULE_CORRELATION)
			return bad(proof, "a rule in a class",
				   class->instances.first + i);
		last = instance->rule;
		r = verify_tests(proof, instance->tests, class->atoms.count);
		if (r)
			return r;
	}
	return 0;
}

static int verify_class(struct proof *proof, uint32_t number)
{
	const struct pack *pack = proof->pack;
	const struct pack_class *class = &pack->classes[number];
	const uint16_t *matchers;

	if (!has(proof, PACK_MATCHERS, class->matchers) ||
	    class->matchers.count > UINT16_MAX - 1 ||
	    !has(proof, PACK_ATOMS, class->atoms) ||
	    class->atoms.count > PACK_ATOMS_MAX ||
	    !has(proof, PACK_INSTANCES, class->instances) ||
	    class->instances.count > PACK_INSTANCES_MAX ||
	    (class->keywords != PACK_NONE && class->keywords >= class->matchers.count))
		return bad(proof, "a class", number);
	if (verify_gram_table(proof, &class->traces))
		return -EINVAL;
	if (!walk(proof, class->atoms.count) || !walk(proof, class->instances.count) ||
	    !list_below(proof, class->always, class->instances.count) ||
	    !list_below(proof, class->renames, pack->count[PACK_FIELDS]) ||
	    class->renames.count % 2)
		return bad(proof, "a class's lists", number);
	matchers = pack->field_matchers + (size_t)number * pack->count[PACK_FIELDS];
	for (uint32_t i = 0; i < pack->count[PACK_FIELDS]; i++)
		if (matchers[i] > class->matchers.count && matchers[i] != PACK_WANTED)
			return bad(proof, "a class's table of fields", number);
	for (uint32_t i = 0; i < class->atoms.count; i++) {
		const struct pack_atom *atom = &pack->atoms[class->atoms.first + i];

		if (!atom_sound(proof, atom) ||
		    !list_below(proof, atom->witnesses, class->instances.count))
			return bad(proof, "an atom", class->atoms.first + i);
	}
	return verify_instances(proof, class);
}

static int verify_classes(struct proof *proof, uint32_t *most_atoms)
{
	const struct pack *pack = proof->pack;
	uint64_t cells = (uint64_t)pack->count[PACK_CLASSES] * pack->count[PACK_FIELDS];

	if (pack->count[PACK_FIELD_MATCHERS] != cells)
		return bad(proof, "the table of classes and fields", 0);
	for (uint32_t i = 0; i < pack->count[PACK_CLASSES]; i++) {
		int r = verify_class(proof, i);

		if (r)
			return r;
		if (pack->classes[i].atoms.count > *most_atoms)
			*most_atoms = pack->classes[i].atoms.count;
	}
	for (uint32_t i = 0; i < pack->count[PACK_MATCHERS]; i++) {
		int r = verify_matcher(proof, i);

		if (r)
			return r;
	}
	return 0;
}

static int verify_regexes(struct proof *proof)
{
	const struct pack *pack = proof->pack;

	for (uint32_t i = 0; i < pack->count[PACK_REGEXES]; i++) {
		struct pack_span span = pack->regexes[i];
		struct text program = { .at = pack->regex_bytes + span.first,
					.size = span.count };

		if (!has(proof, PACK_REGEX_BYTES, span) || span.first % 8 ||
		    !walk(proof, span.count) || regex_verify(program) != 0)
			return bad(proof, "a regex", i);
	}
	return 0;
}

static bool texts_sound(struct proof *proof, const struct pack_rule_entry *rule)
{
	return has(proof, PACK_TEXT, rule->id) && has(proof, PACK_TEXT, rule->title) &&
	       has(proof, PACK_TEXT, rule->name) && has(proof, PACK_TEXT, rule->status) &&
	       has(proof, PACK_TEXT, rule->description) &&
	       has(proof, PACK_TEXT, rule->author) &&
	       has(proof, PACK_TEXT, rule->license) &&
	       has(proof, PACK_TEXT, rule->date) &&
	       has(proof, PACK_TEXT, rule->modified) &&
	       has(proof, PACK_TEXT, rule->file) &&
	       has(proof, PACK_TEXT, rule->logsource);
}

static int verify_rule(struct proof *proof, uint32_t number)
{
	const struct pack *pack = proof->pack;
	const struct pack_rule_entry *rule = &pack->rules[number];
	bool correlates = rule->flags & PACK_RULE_CORRELATION;

	if (!texts_sound(proof, rule) || rule->level > 4 || rule->flags > 7)
		return bad(proof, "a rule", number);
	if (correlates != (rule->correlation != PACK_NONE) ||
	    (correlates && (rule->correlation >= pack->count[PACK_CORRELATIONS] ||
			    pack->correlations[rule->correlation].rule != number)))
		return bad(proof, "a rule's correlation", number);
	if (!has(proof, PACK_NUMBERS, rule->tags) || rule->tags.count % 2 ||
	    !walk(proof, rule->tags.count))
		return bad(proof, "a rule's tags", number);
	for (uint32_t i = 0; i < rule->tags.count; i += 2) {
		const uint32_t *pair = &pack->numbers[rule->tags.first + i];

		if (!has(proof, PACK_TEXT, (struct pack_span){ pair[0], pair[1] }))
			return bad(proof, "a rule's tag", number);
	}
	if (!list_below(proof, rule->used_by, pack->count[PACK_PARTS]))
		return bad(proof, "a rule's users", number);
	for (uint32_t i = 0; i < rule->used_by.count; i++)
		if (pack->parts[pack->numbers[rule->used_by.first + i]].rule != number)
			return bad(proof, "a rule's user", number);
	return 0;
}

static int verify_part(struct proof *proof, const struct pack_correlation *correlation,
		       uint32_t index, uint32_t number)
{
	const struct pack *pack = proof->pack;
	const struct pack_part *part = &pack->parts[correlation->parts.first + number];
	uint32_t fields = pack->count[PACK_FIELDS];

	if (part->correlation != index || part->number != number ||
	    part->rule >= pack->count[PACK_RULES] ||
	    part->keys.count != correlation->keys.count ||
	    part->values.count != correlation->value_count ||
	    !list_below(proof, part->keys, fields) ||
	    !list_below(proof, part->values, fields))
		return bad(proof, "a correlation's part", number);
	/* A correlation counts only what stands before it: chains cannot be circles. */
	if (part->rule >= correlation->rule)
		return bad(proof, "a correlation that counts itself", index);
	return 0;
}

static int verify_correlation(struct proof *proof, uint32_t index)
{
	const struct pack *pack = proof->pack;
	const struct pack_correlation *correlation = &pack->correlations[index];

	if (correlation->rule >= pack->count[PACK_RULES] ||
	    pack->rules[correlation->rule].correlation != index ||
	    correlation->kind >= PACK_CORRELATION_KINDS ||
	    correlation->timespan_ns <= 0 || correlation->percentile > 10000 ||
	    correlation->keys.count > PACK_KEYS_MAX ||
	    correlation->value_count > PACK_KEYS_MAX || correlation->parts.count == 0 ||
	    correlation->parts.count > PACK_PARTS_MAX ||
	    !has(proof, PACK_PARTS, correlation->parts) ||
	    !has(proof, PACK_BOUNDS, correlation->bounds) ||
	    !list_below(proof, correlation->keys, pack->count[PACK_FIELDS]))
		return bad(proof, "a correlation", index);
	if (!walk(proof, correlation->bounds.count) ||
	    !walk(proof, correlation->parts.count))
		return bad(proof, "a correlation that repeats others", index);
	for (uint32_t i = 0; i < correlation->bounds.count; i++)
		if (pack->bounds[correlation->bounds.first + i].op >= PACK_BOUND_OPS)
			return bad(proof, "a correlation's bound", index);
	for (uint32_t i = 0; i < correlation->parts.count; i++) {
		int r = verify_part(proof, correlation, index, i);

		if (r)
			return r;
	}
	if (correlation->condition.count)
		return verify_tests(proof, correlation->condition,
				    correlation->parts.count);
	return 0;
}

int pack_verify(const struct pack *pack, struct why *why)
{
	struct proof proof = { .pack = pack, .why = why, .budget = pack->size };
	uint32_t most_atoms = 0;
	int r = verify_names(&proof);

	if (!r)
		r = verify_sources(&proof);
	if (!r)
		r = verify_classes(&proof, &most_atoms);
	if (!r)
		r = verify_patterns(&proof, most_atoms);
	if (!r)
		r = verify_grams(&proof);
	if (!r)
		r = verify_regexes(&proof);
	for (uint32_t i = 0; !r && i < pack->count[PACK_RULES]; i++)
		r = verify_rule(&proof, i);
	for (uint32_t i = 0; !r && i < pack->count[PACK_CORRELATIONS]; i++)
		r = verify_correlation(&proof, i);
	return r;
}
