// SPDX-License-Identifier: Apache-2.0
// Atoms that no pattern decides: presence, numbers, networks, times, other fields, regexes.
#include <arpa/inet.h>

#include "base/fold.h"
#include "base/moment.h"
#include "detect/engine/evaluation.h"
#include "detect/engine/glob.h"
#include "detect/engine/number.h"
#include "model/lookalike.h"

/* The double that a and b of an atom hold. */
static double atom_number(const struct pack_atom *atom)
{
	uint64_t bits = (uint64_t)atom->b << 32 | atom->a;
	double number;

	memcpy(&number, &bits, sizeof(number));
	return number;
}

static bool compare_number(const struct pack_atom *atom, struct text value)
{
	double want = atom_number(atom), have;

	if (!number_read(value, &have))
		return false;
	switch (atom->kind) {
	case ATOM_LT:
		return have < want;
	case ATOM_LTE:
		return have <= want;
	case ATOM_GT:
		return have > want;
	default:
		return have >= want;
	}
}

static bool compare_time(const struct pack_atom *atom, struct text value)
{
	double want = atom_number(atom);
	struct moment moment;
	int64_t time_ns;

	if (!moment_parse(value, &time_ns))
		return false;
	moment_split(time_ns, &moment);
	switch (atom->kind) {
	case ATOM_MINUTE:
		return moment.minute == want;
	case ATOM_HOUR:
		return moment.hour == want;
	case ATOM_DAY:
		return moment.day == want;
	case ATOM_WEEK:
		return moment.week == want;
	case ATOM_MONTH:
		return moment.month == want;
	default:
		return moment.year == want;
	}
}

/* IPv4 addresses are compared as IPv6 addresses ::ffff:a.b.c.d. */
static bool in_network(const struct pack *pack, const struct pack_atom *atom,
		       struct text value)
{
	const uint8_t *network = (const uint8_t *)pack->text + atom->a;
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	uint8_t address[16] = { [10] = 0xff, [11] = 0xff };
	char copy[INET6_ADDRSTRLEN];
	uint32_t whole = atom->b / 8, bits = atom->b % 8;

	/* What stands behind a NUL would go unread. */
	if (value.size == 0 || value.size >= sizeof(copy) ||
	    memchr(value.at, 0, value.size))
		return false;
	memcpy(copy, value.at, value.size);
	copy[value.size] = 0;
	if (inet_pton(AF_INET, copy, address + 12) != 1 &&
	    inet_pton(AF_INET6, copy, address) != 1)
		return false;
	/* ::/0 is every IPv6 address, and no IPv4 one. */
	if (atom->b < 96 && memcmp(address, mapped, sizeof(mapped)) == 0)
		return false;
	if (memcmp(address, network, whole) != 0)
		return false;
	return bits == 0 || (address[whole] ^ network[whole]) >> (8 - bits) == 0;
}

static bool contains(struct evaluation *evaluation, struct text value, struct text part)
{
	return part.size == 0 ||
	       (evaluation_spend(evaluation, value.size / 8) && value.size >= part.size &&
		memmem(value.at, value.size, part.at, part.size) != NULL);
}

static bool compare_folded(struct evaluation *evaluation, const struct pack_atom *atom,
			   struct text value)
{
	struct text want =
		pack_text(evaluation->pack,
			  (struct pack_span){ .first = atom->a, .count = atom->b });

	if (value.size > EVENT_VALUE_SIZE_MAX)
		value.size = EVENT_VALUE_SIZE_MAX;
	return glob_match(want, evaluation_fold(evaluation, value), &evaluation->steps);
}

static bool compare_cased(struct evaluation *evaluation, const struct pack_atom *atom,
			  struct text value)
{
	struct text want =
		pack_text(evaluation->pack,
			  (struct pack_span){ .first = atom->a, .count = atom->b });

	switch (atom->kind) {
	case ATOM_EXACT_CASED:
		return text_is(value, want);
	case ATOM_PREFIX_CASED:
		return text_starts(value, want);
	case ATOM_SUFFIX_CASED:
		return text_ends(value, want);
	case ATOM_CONTAINS_CASED:
		return contains(evaluation, value, want);
	default:
		return glob_match(want, value, &evaluation->steps);
	}
}

static bool compare_texts(struct evaluation *evaluation, uint32_t kind, struct text value,
			  struct text other)
{
	switch (kind) {
	case ATOM_REF_EXACT:
		return text_is(value, other);
	case ATOM_REF_PREFIX:
		return text_starts(value, other);
	case ATOM_REF_SUFFIX:
		return text_ends(value, other);
	default:
		return contains(evaluation, value, other);
	}
}

/* The value against every value of the field that the atom refers to. */
static bool compare_field(struct evaluation *evaluation, const struct pack_atom *atom,
			  struct text value)
{
	const struct event *event = evaluation->event;

	if (!atom->b)
		value = evaluation_fold(evaluation, value);
	for (uint32_t i = 0; i < event->count; i++) {
		struct text other = event_text(event, &event->values[i]);

		if (event->values[i].field != atom->a ||
		    event->values[i].type == VALUE_NULL ||
		    !evaluation_spend(evaluation, 1 + (value.size + other.size) / 8))
			continue;
		if (!atom->b) {
			other.size =
				fold_text(other.at, other.size, evaluation->other_folded);
			other.at = evaluation->other_folded;
		}
		if (compare_texts(evaluation, atom->kind, value, other))
			return true;
	}
	return false;
}

static bool search_regex(struct evaluation *evaluation, const struct pack_atom *atom,
			 struct text value)
{
	const struct pack *pack = evaluation->pack;
	struct pack_span span = pack->regexes[atom->a];
	struct text program = { .at = pack->regex_bytes + span.first,
				.size = span.count };

	return regex_search(program, value, evaluation->regex, &evaluation->steps) == 1;
}

static bool is_alike(struct evaluation *evaluation, const struct pack_atom *atom,
		     struct text value)
{
	struct pack_span span = { .first = atom->a, .count = atom->b };
	struct lookalike_brand brand;

	/* The verifier has seen that it is one. */
	if (!evaluation_spend(evaluation, LOOKALIKE_NAME_SIZE) ||
	    lookalike_brand_set(&brand, pack_text(evaluation->pack, span)))
		return false;
	return lookalike_check(&brand, value) != LOOKALIKE_NONE;
}

static bool compare(struct evaluation *evaluation, const struct pack_atom *atom,
		    struct text value)
{
	switch (atom->kind) {
	case ATOM_REGEX:
		return search_regex(evaluation, atom, value);
	case ATOM_LIKE:
		return compare_folded(evaluation, atom, value);
	case ATOM_EXACT_CASED:
	case ATOM_PREFIX_CASED:
	case ATOM_SUFFIX_CASED:
	case ATOM_CONTAINS_CASED:
	case ATOM_GLOB_CASED:
		return compare_cased(evaluation, atom, value);
	case ATOM_CIDR:
		return in_network(evaluation->pack, atom, value);
	case ATOM_LOOKALIKE:
		return is_alike(evaluation, atom, value);
	case ATOM_LT:
	case ATOM_LTE:
	case ATOM_GT:
	case ATOM_GTE:
		return compare_number(atom, value);
	case ATOM_REF_EXACT:
	case ATOM_REF_PREFIX:
	case ATOM_REF_SUFFIX:
	case ATOM_REF_CONTAINS:
		return compare_field(evaluation, atom, value);
	case ATOM_ANY:
		return true;
	default:
		return compare_time(atom, value);
	}
}

static bool field_exists(const struct event *event, uint32_t field, bool null_counts)
{
	for (uint32_t i = 0; i < event->count; i++)
		if ((field == PACK_NONE || event->values[i].field == field) &&
		    (null_counts || event->values[i].type != VALUE_NULL))
			return true;
	return false;
}

/* One value that fits is enough, whichever of the field's it is. */
static bool any_value(struct evaluation *evaluation, const struct pack_atom *atom)
{
	const struct event *event = evaluation->event;

	for (uint32_t i = 0; i < event->count; i++) {
		const struct event_value *value = &event->values[i];

		if ((atom->field != PACK_NONE && value->field != atom->field) ||
		    value->type == VALUE_NULL || !evaluation_spend(evaluation, 1))
			continue;
		if (compare(evaluation, atom, event_text(event, value)))
			return true;
	}
	return false;
}

bool atom_ask(struct evaluation *evaluation, uint32_t number)
{
	const struct pack_atom *atom = &evaluation->atoms[number];
	bool answer = false;

	if (evaluation->marks[number] != MARK_UNKNOWN)
		return evaluation->marks[number] == MARK_TRUE;
	if (atom->field == PACK_NONE)
		event_complete(evaluation->event);
	switch (atom->kind) {
	case ATOM_SCANNED:
		/* Every value has been scanned: what is not marked is not there. */
		return false;
	case ATOM_IS_NULL:
		answer = !field_exists(evaluation->event, atom->field, false);
		break;
	case ATOM_EXISTS:
		answer = field_exists(evaluation->event, atom->field, true);
		break;
	case ATOM_EXISTS_NOT:
		answer = !field_exists(evaluation->event, atom->field, true);
		break;
	default:
		answer = any_value(evaluation, atom);
		break;
	}
	evaluation_mark(evaluation, number, answer ? MARK_TRUE : MARK_FALSE);
	return answer;
}
