// SPDX-License-Identifier: Apache-2.0
// Which kinds of events somebody asks for.
#include "sensor_wants.h"

#include "detect/collector/record_kind.h"
#include "model/field.h"
#include "roles.h"

static void ignore(void *user, const struct detection *detection)
{
	(void)user;
	(void)detection;
}

/* Whether some rule is for the events of ${source}: the engine counts those for which none is. */
static bool is_routed(struct engine *engine, struct text source)
{
	static struct event probe;
	uint64_t before;

	if (!engine)
		return false;
	before = engine_counters(engine)->unrouted;
	event_clear(&probe, (struct text){ 0 });
	probe.source = source;
	engine_event(engine, &probe, ignore, NULL);
	return engine_counters(engine)->unrouted == before;
}

/* Whether some rule reads what programs find in their environment. */
static bool environment_is_read(const struct pack *pack)
{
	uint32_t class;

	if (!pack)
		return false;
	class = pack_class_of(pack, record_kind_info(RECORD_EXEC)->source, EVENT_ID_NONE);
	return pack_wants(pack, class,
			  pack_field(pack, field_info(FIELD_ENVIRONMENT)->sigma));
}

uint64_t sensor_wants(const struct pack *pack, struct engine *engine, uint32_t flags,
		      bool is_recorded)
{
	uint64_t kinds = 0;

	for (int kind = 0; kind < RECORD_KINDS; kind++) {
		const struct record_kind_info *info = record_kind_info(kind);
		/* Files are where most of the noise is. */
		bool is_kept = flags & ROLE_EVERY_EVENT ||
			       (is_recorded && (info->class != RECORD_CLASS_FILE ||
						flags & ROLE_RECORD_FILES));

		if (info->source.size && (is_kept || is_routed(engine, info->source)))
			kinds |= RECORD_BIT(kind);
	}
	if (environment_is_read(pack))
		kinds |= RECORD_BIT(RECORD_ENVIRONMENT);
	return kinds;
}
