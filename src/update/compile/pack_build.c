// SPDX-License-Identifier: Apache-2.0
// Rules -> the bytes of a pack: which event classes there are, and which rules are in each.
#include "update/compile/pack_build.h"

#include <errno.h>

#include "model/pack.h"
#include "update/compile/class.h"
#include "update/compile/pack_rules.h"
#include "update/compile/source_plan.h"

#define DRAFT_SIZE_MAX ((size_t)1 << 30)

struct building {
	const struct rule_set *set;
	struct builder builder;
	struct source_plan plan;
	struct buffer field_matchers; /* triples (class, field, matcher + 1) */
	uint32_t class_count;
};

static int out_of_memory(struct builder *builder)
{
	/* A reason was given where something else than memory failed. */
	return builder->why && builder->why->reason[0] ? -EINVAL : -ENOMEM;
}

/* The field renames that hold for the class, for correlations that read its events. */
static int write_renames(struct building *building, const struct planned_source *source,
			 uint32_t id, struct pack_span *out)
{
	struct builder *builder = &building->builder;
	AUTO(buffer) struct buffer pairs;
	int r = 0;

	buffer_init(&pairs, DRAFT_SIZE_MAX);
	for (uint32_t i = 0; i < source->rule_count && pairs.size == 0; i++) {
		const struct planned_rule *planned =
			&building->plan.rules[source->rules[i]];

		for (uint32_t n = 0; n < planned->target_count && pairs.size == 0; n++) {
			const struct logsource_target *target = &planned->targets[n];
			const struct logsource_rename *rename = target->renames;

			if (!target_takes(target, source->name, id))
				continue;
			for (; rename && rename->from && !r; rename++) {
				uint32_t pair[2];

				r = builder_field(builder, text_of(rename->from),
						  &pair[0]);
				if (!r)
					r = builder_field(builder, text_of(rename->to),
							  &pair[1]);
				buffer_add(&pairs, pair, sizeof(pair));
			}
		}
	}
	if (!r && pairs.failed)
		r = -ENOMEM;
	return r ? r
		 : builder_list(builder, (const uint32_t *)(void *)pairs.at,
				(uint32_t)(pairs.size / sizeof(uint32_t)), out);
}

static int keep_matchers(struct building *building, const struct buffer *pairs)
{
	const uint32_t *pair = (const uint32_t *)(const void *)pairs->at;

	for (size_t i = 0; i < pairs->size / (2 * sizeof(uint32_t)); i++) {
		uint32_t triple[3] = { building->class_count, pair[2 * i],
				       pair[2 * i + 1] };

		buffer_add(&building->field_matchers, triple, sizeof(triple));
	}
	return building->field_matchers.failed ? -ENOMEM : 0;
}

static int build_class(struct building *building, const struct planned_source *source,
		       uint32_t number, uint32_t id)
{
	struct builder *builder = &building->builder;
	struct class_builder class;
	struct pack_class written;
	AUTO(buffer) struct buffer matchers;
	int r = 0;

	buffer_init(&matchers, DRAFT_SIZE_MAX);
	class_init(&class, builder, source->name, id, source->ids, source->id_count);
	for (uint32_t i = 0; i < source->rule_count && !r; i++) {
		uint32_t rule = source->rules[i];
		struct formula *formula =
			class_rule(&class, &building->set->rules[rule],
				   building->plan.rules[rule].targets,
				   building->plan.rules[rule].target_count);

		r = formula ? class_add(&class, rule, formula) : out_of_memory(builder);
	}
	if (!r)
		r = class_write(&class, number, &written, &matchers);
	class_done(&class);
	if (!r)
		r = write_renames(building, source, id, &written.renames);
	if (!r)
		r = builder_add(builder, PACK_CLASSES, &written, 1, sizeof(written),
				NULL);
	if (!r)
		r = keep_matchers(building, &matchers);
	if (!r && ++building->class_count > PACK_CLASSES_MAX) {
		why_set(builder->why, 0, 0, "more than %u event classes",
			PACK_CLASSES_MAX);
		r = -E2BIG;
	}
	return r;
}

static int build_source(struct building *building, uint32_t number)
{
	const struct planned_source *planned = &building->plan.sources[number];
	struct pack_source source = { .classes = { .first = building->class_count,
						   .count = planned->id_count + 1 } };
	int r = builder_text(&building->builder, planned->name, &source.name);

	for (uint32_t i = 0; i < planned->id_count && !r; i++)
		r = build_class(building, planned, number, planned->ids[i]);
	if (!r)
		r = build_class(building, planned, number, PACK_NONE);
	if (!r)
		r = builder_add(&building->builder, PACK_SOURCES, &source, 1,
				sizeof(source), NULL);
	return r;
}

static int build_sources(struct building *building)
{
	AUTO(free)
	struct text *names =
		calloc((size_t)building->plan.source_count + 1, sizeof(*names));
	int r = 0;

	if (!names)
		return -ENOMEM;
	for (uint32_t i = 0; i < building->plan.source_count && !r; i++) {
		names[i] = building->plan.sources[i].name;
		r = build_source(building, i);
	}
	return r ? r
		 : builder_slots(&building->builder, PACK_SOURCE_SLOTS, names,
				 building->plan.source_count);
}

/* Every class's events bring the fields that correlations read, under the class's name for it. */
static void want_for_correlations(const struct builder *builder, struct pack_span list,
				  uint16_t *matchers, uint32_t class_count)
{
	const uint32_t *numbers = (const void *)builder->sections[PACK_NUMBERS].at;
	const struct pack_class *classes =
		(const void *)builder->sections[PACK_CLASSES].at;
	uint32_t fields = builder->fields.count;

	for (uint32_t c = 0; c < class_count; c++) {
		const uint32_t *renames = numbers + classes[c].renames.first;
		uint16_t *row = matchers + (size_t)c * fields;

		for (uint32_t i = 0; i < list.count; i++) {
			uint32_t field = numbers[list.first + i];

			if (!row[field])
				row[field] = PACK_WANTED;
			for (uint32_t n = 0; n + 1 < classes[c].renames.count; n += 2)
				if (renames[n] == field && !row[renames[n + 1]])
					row[renames[n + 1]] = PACK_WANTED;
		}
	}
}

/* Once all fields are known: the table of classes and fields, and the one of field names. */
static int build_fields(struct building *building)
{
	struct builder *builder = &building->builder;
	const struct pack_part *parts;
	uint32_t fields = builder->fields.count;
	size_t cells = (size_t)building->class_count * fields;
	const uint32_t *triple = (const uint32_t *)(void *)building->field_matchers.at;
	AUTO(free) uint16_t *matchers = calloc(cells + 1, sizeof(*matchers));
	AUTO(free) struct text *names = calloc((size_t)fields + 1, sizeof(*names));
	int r;

	if (!matchers || !names)
		return -ENOMEM;
	for (size_t i = 0; i < building->field_matchers.size / (3 * sizeof(uint32_t));
	     i++)
		matchers[triple[3 * i] * fields + triple[3 * i + 1]] =
			(uint16_t)triple[3 * i + 2];
	parts = (const void *)builder->sections[PACK_PARTS].at;
	for (size_t i = 0; i < builder->sections[PACK_PARTS].size / sizeof(*parts); i++) {
		want_for_correlations(builder, parts[i].keys, matchers,
				      building->class_count);
		want_for_correlations(builder, parts[i].values, matchers,
				      building->class_count);
	}
	for (uint32_t i = 0; i < fields; i++)
		names[i] = builder->fields.entries[i].key;
	r = builder_add(builder, PACK_FIELD_MATCHERS, matchers, (uint32_t)cells,
			sizeof(*matchers), NULL);
	return r ? r : builder_slots(builder, PACK_FIELD_SLOTS, names, fields);
}

static int build(struct building *building, struct buffer *out)
{
	int r = source_plan_make(&building->plan, building->set, building->builder.arena);

	if (!r)
		r = build_sources(building);
	if (!r)
		r = pack_rules_write(&building->builder, building->set);
	if (!r)
		r = build_fields(building);
	return r ? r : builder_finish(&building->builder, out);
}

int pack_build(const struct rule_set *set, struct buffer *out, struct why *why)
{
	struct building building = { .set = set };
	struct why ours = { 0 };
	struct pack *pack = NULL;
	int r;

	if (!set->rule_count) {
		why_set(why, 0, 0, "there is no usable rule to put into a pack");
		return -EINVAL;
	}
	buffer_init(&building.field_matchers, DRAFT_SIZE_MAX);
	r = builder_init(&building.builder, &ours);
	if (!r)
		r = build(&building, out);
	/* What was built is not believed but read, by the code that the sensor reads it with. */
	if (!r)
		r = pack_open_bytes(buffer_view(out), &pack, &ours);
	pack_close(pack);
	buffer_done(&building.field_matchers);
	builder_done(&building.builder);
	if (r && why) {
		if (!ours.reason[0])
			why_set(&ours, 0, 0, "%s", strerror(-r));
		memcpy(ours.file, why->file, sizeof(ours.file));
		*why = ours;
	}
	return r;
}
