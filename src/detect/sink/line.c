// SPDX-License-Identifier: Apache-2.0
// Events, detections and the sensor's own health as lines of JSON in the ECS.
#include "detect/sink/line.h"

#include "base/moment.h"
#include "detect/sink/json_write.h"
#include "detect/sink/threat.h"

#define DEPTH_MAX 8 /* parts of a dotted name */

struct line_writer {
	uint8_t order
		[FIELD_COUNT]; /* fields by ECS name: those below one object are neighbours */
};

static int compare_names(struct text a, struct text b)
{
	size_t size = a.size < b.size ? a.size : b.size;
	int order = memcmp(a.at, b.at, size);

	return order ? order : (a.size > b.size) - (a.size < b.size);
}

struct line_writer *line_writer_create(void)
{
	struct line_writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		return NULL;
	for (unsigned i = 0; i < FIELD_COUNT; i++) {
		struct text name = field_info(i)->ecs;
		unsigned at = i;

		for (; at &&
		       compare_names(field_info(writer->order[at - 1])->ecs, name) > 0;
		     at--)
			writer->order[at] = writer->order[at - 1];
		writer->order[at] = (uint8_t)i;
	}
	return writer;
}

void line_writer_free(struct line_writer *writer)
{
	free(writer);
}

/* The values of each field as a chain, in their order in the event. */
struct chains {
	uint16_t first[FIELD_COUNT], last[FIELD_COUNT]; /* number of a value + 1 */
	uint16_t next[EVENT_VALUES_MAX];
};

static void chain_values(const struct sensed *sensed, struct chains *chains)
{
	memset(chains->first, 0, sizeof(chains->first));
	for (uint32_t i = 0; i < sensed->event.count; i++) {
		uint8_t field = sensed->fields[i];

		chains->next[i] = 0;
		if (chains->first[field])
			chains->next[chains->last[field] - 1] = (uint16_t)(i + 1);
		else
			chains->first[field] = (uint16_t)(i + 1);
		chains->last[field] = (uint16_t)(i + 1);
	}
}

static void write_value(const struct event *event, const struct event_value *value,
			struct buffer *out)
{
	if (value->type == VALUE_NUMBER || value->type == VALUE_BOOL)
		buffer_text(out, event_text(event, value));
	else if (value->type == VALUE_NULL)
		buffer_string(out, "null");
	else
		json_write_text(out, event_text(event, value));
}

static void write_values(const struct event *event, const struct chains *chains,
			 unsigned field, struct buffer *out)
{
	uint16_t at = chains->first[field];
	bool list = field_info(field)->type == FIELD_TYPE_LIST;

	if (list)
		buffer_char(out, '[');
	for (bool more = false; at; at = chains->next[at - 1], more = true) {
		if (more)
			buffer_char(out, ',');
		write_value(event, &event->values[at - 1], out);
		if (!list)
			break;
	}
	if (list)
		buffer_char(out, ']');
}

/* Objects that are open: the parts of a dotted name but its last. */
struct path {
	struct text parts[DEPTH_MAX];
	unsigned count;
};

static void split_name(struct text name, struct path *path)
{
	path->count = 0;
	for (size_t from = 0; from <= name.size && path->count < DEPTH_MAX;) {
		const char *dot = memchr(name.at + from, '.', name.size - from);
		size_t size = dot ? (size_t)(dot - name.at) - from : name.size - from;

		path->parts[path->count++] = text_part(name, from, size);
		from += size + 1;
	}
}

/* What the ECS calls the events of a source; by the marks of the first rows they are read back. */
/* clang-format off */
static const struct {
	struct text source;
	const char *category, *type, *dataset; /* dataset NULL: by its source */
} ecs_kinds[] = {
	{ TEXT("linux:process_creation"),    "[\"process\"]", "[\"start\"]", "windhover.process" },
	{ TEXT("linux:process_fork"),        "[\"process\"]", "[\"start\"]", "windhover.process" },
	{ TEXT("linux:process_termination"), "[\"process\"]", "[\"end\"]",   "windhover.process" },
	{ TEXT("linux:network_connection"),  "[\"network\"]", "[\"connection\",\"start\"]", NULL },
	{ TEXT("linux:network_close"),       "[\"network\"]", "[\"connection\",\"end\"]",   NULL },
	{ TEXT("linux:network_listen"),      "[\"network\"]", "[\"info\"]",               NULL },
	{ TEXT("linux:dns_query"),           "[\"network\"]", "[\"protocol\"]",           NULL },
	{ TEXT("linux:dns_answer"),          "[\"network\"]", "[\"protocol\"]",           NULL },
	{ TEXT("linux:file_event"),          "[\"file\"]",    "[\"creation\"]",           NULL },
	{ TEXT("linux:file_change"),         "[\"file\"]",    "[\"change\"]",             NULL },
	{ TEXT("linux:file_rename"),         "[\"file\"]",    "[\"change\"]",             NULL },
	{ TEXT("linux:file_link"),           "[\"file\"]",    "[\"creation\"]",           NULL },
	{ TEXT("linux:file_delete"),         "[\"file\"]",    "[\"deletion\"]",           NULL },
	{ TEXT("linux:file_attributes"),     "[\"file\"]",    "[\"change\"]",             NULL },
	{ { 0 },                             "[\"process\"]", "[\"info\"]",               NULL },
};
/* clang-format on */

/* What event.* says beside the action, by the kind of line and of event. */
static void write_kind(const struct event *event, const char *kind, struct buffer *out)
{
	const struct text product = TEXT("linux:");
	size_t row = 0;

	while (ecs_kinds[row].source.size &&
	       !text_is(event->source, ecs_kinds[row].source))
		row++;
	json_write_member(out, "kind", text_of(kind));
	json_write_name(out, TEXT("category"));
	buffer_string(out, ecs_kinds[row].category);
	json_write_name(out, TEXT("type"));
	buffer_string(out, ecs_kinds[row].type);
	if (ecs_kinds[row].dataset) {
		json_write_member(out, "dataset", text_of(ecs_kinds[row].dataset));
		return;
	}
	buffer_string(out, ",\"dataset\":\"windhover.");
	buffer_text(out, text_part(event->source, product.size, SIZE_MAX));
	buffer_char(out, '"');
}

/* Close and open objects so that those of ${to}, but its last part, are open. */
static void go_to(struct path *open, const struct path *to, const struct event *event,
		  const char *kind, struct buffer *out)
{
	unsigned common = 0;

	while (common < open->count && common + 1 < to->count &&
	       text_is(open->parts[common], to->parts[common]))
		common++;
	for (; open->count > common; open->count--)
		json_write_close(out);
	for (; open->count + 1 < to->count; open->count++) {
		struct text part = to->parts[open->count];

		open->parts[open->count] = part;
		json_write_name(out, part);
		buffer_char(out, '{');
		if (open->count == 0 && text_is(part, TEXT("event")))
			write_kind(event, kind, out);
	}
}

/* The fields of the event as members of the object that is open. */
static void write_fields(const struct line_writer *writer, const struct sensed *sensed,
			 const char *kind, struct buffer *out)
{
	struct path open = { .count = 0 }, to;
	struct chains chains;

	chain_values(sensed, &chains);
	for (unsigned i = 0; i < FIELD_COUNT; i++) {
		unsigned field = writer->order[i];

		if (chains.first[field] == 0)
			continue;
		split_name(field_info(field)->ecs, &to);
		go_to(&open, &to, &sensed->event, kind, out);
		json_write_name(out, to.parts[to.count - 1]);
		write_values(&sensed->event, &chains, field, out);
	}
	while (open.count--)
		json_write_close(out);
}

void line_event(const struct line_writer *writer, const struct sensed *sensed,
		struct buffer *out)
{
	json_write_open(out, NULL);
	write_fields(writer, sensed, "event", out);
	buffer_string(out, "}\n");
}

static void write_rule(const struct pack *pack, uint32_t number,
		       const struct pack_rule *rule, struct buffer *out)
{
	json_write_open(out, "rule");
	json_write_member(out, "id", rule->id);
	json_write_member(out, "name", rule->title);
	json_write_member(out, "level", text_of(level_name(rule->level)));
	json_write_member(out, "description", rule->description);
	json_write_member(out, "author", rule->author);
	json_write_member(out, "license", rule->license);
	json_write_member(out, "version",
			  rule->modified.size ? rule->modified : rule->date);
	json_write_name(out, TEXT("tags"));
	buffer_char(out, '[');
	for (uint32_t i = 0; i < rule->tag_count; i++) {
		if (i)
			buffer_char(out, ',');
		json_write_text(out, pack_rule_tag(pack, number, i));
	}
	buffer_string(out, "]}");
}

static void write_correlation(const struct detection *detection, struct buffer *out)
{
	char time[MOMENT_SIZE];

	json_write_open(out, "correlation");
	moment_format(detection->first_ns, time);
	json_write_member(out, "start", text_of(time));
	moment_format(detection->last_ns, time);
	json_write_member(out, "end", text_of(time));
	json_write_count(out, "events", detection->event_count);
	json_write_name(out, TEXT("value"));
	buffer_format(out, "%.17g", detection->value);
	json_write_open(out, "group");
	for (uint32_t i = 0; i < detection->key_count; i++) {
		json_write_name(out, detection->key_names[i]);
		json_write_text(out, detection->key_values[i]);
	}
	buffer_string(out, "}}");
}

static void write_detection(const struct line_writer *writer, const struct pack *pack,
			    const struct detection *detection,
			    const struct sensed *sensed, bool is_alert,
			    struct buffer *out)
{
	struct pack_rule rule;

	pack_rule(pack, detection->rule, &rule);
	json_write_open(out, NULL);
	if (!is_alert) {
		json_write_open(out, "labels");
		json_write_member(out, "audit_only", TEXT("true"));
		json_write_close(out);
	}
	write_rule(pack, detection->rule, &rule, out);
	threat_write(pack, detection->rule, rule.tag_count, out);
	if (rule.is_correlation)
		write_correlation(detection, out);
	write_fields(writer, sensed, is_alert ? "alert" : "event", out);
	buffer_string(out, "}\n");
}

void line_alert(const struct line_writer *writer, const struct pack *pack,
		const struct detection *detection, const struct sensed *sensed,
		struct buffer *out)
{
	write_detection(writer, pack, detection, sensed, true, out);
}

void line_audit(const struct line_writer *writer, const struct pack *pack,
		const struct detection *detection, const struct sensed *sensed,
		struct buffer *out)
{
	write_detection(writer, pack, detection, sensed, false, out);
}

static void write_kinds(const struct line_health *health, struct buffer *out)
{
	uint64_t lost = 0;

	json_write_open(out, "events");
	for (unsigned i = 0; i < health->count_count; i++)
		json_write_count(out, health->counts[i].name, health->counts[i].seen);
	json_write_close(out);
	json_write_open(out, "made");
	for (unsigned i = 0; i < health->count_count; i++)
		json_write_count(out, health->counts[i].name, health->counts[i].made);
	json_write_close(out);
	json_write_open(out, "lost");
	for (unsigned i = 0; i < health->count_count; i++) {
		json_write_count(out, health->counts[i].name, health->counts[i].lost);
		lost += health->counts[i].lost;
	}
	json_write_count(out, "malformed", health->malformed);
	json_write_count(out, "values", health->values_dropped);
	json_write_count(out, "lines", health->lines_dropped);
	json_write_close(out);
	json_write_count(out, "lost_events", lost);
}

static void write_counts(const struct line_health *health, struct buffer *out)
{
	write_kinds(health, out);
	json_write_open(out, "self_check");
	json_write_count(out, "checks", health->self_checks);
	json_write_member(out, "deaf", health->deaf);
	json_write_close(out);
	json_write_open(out, "processes");
	json_write_count(out, "known", health->processes);
	json_write_count(out, "evicted", health->evicted);
	json_write_count(out, "textless", health->textless);
	json_write_close(out);
	json_write_count(out, "alerts", health->alerts);
	json_write_open(out, "breaker");
	json_write_count(out, "suspended", health->rules_suspended);
	json_write_count(out, "suspensions", health->suspensions);
	json_write_count(out, "audit_only", health->rules_audit_only);
	json_write_count(out, "kept", health->alerts_kept);
	json_write_count(out, "audited", health->alerts_audited);
	json_write_close(out);
	json_write_open(out, "starts");
	json_write_count(out, "loader", health->loader_starts);
	json_write_count(out, "sensor", health->sensor_starts);
	json_write_close(out);
	if (health->recorder.size == 0)
		return;
	json_write_open(out, "recorder");
	json_write_member(out, "state", health->recorder);
	json_write_count(out, "events", health->recorded);
	json_write_count(out, "lost", health->recorder_lost);
	json_write_count(out, "syncs_failed", health->recorder_syncs_failed);
	json_write_close(out);
}

void line_health(const struct line_health *health, struct buffer *out)
{
	char time[MOMENT_SIZE];

	moment_format(health->time_ns, time);
	json_write_open(out, NULL);
	json_write_member(out, "@timestamp", text_of(time));
	json_write_open(out, "event");
	json_write_member(out, "kind",
			  health->is_alert   ? TEXT("alert")
			  : health->is_state ? TEXT("state")
					     : TEXT("metric"));
	json_write_member(out, "action", health->action);
	json_write_member(out, "dataset", TEXT("windhover.health"));
	json_write_close(out);
	if (health->host.size) {
		json_write_open(out, "host");
		json_write_member(out, "name", health->host);
		json_write_close(out);
	}
	json_write_open(out, "windhover");
	json_write_member(out, "health", health->sentence);
	json_write_open(out, "programs");
	for (unsigned i = 0; i < health->program_count; i++) {
		json_write_name(out, health->programs[i].name);
		json_write_text(out, health->programs[i].state);
	}
	json_write_close(out);
	json_write_open(out, "back_ends");
	for (unsigned i = 0; i < health->program_count; i++) {
		if (health->programs[i].back_end == 0)
			continue;
		json_write_name(out, health->programs[i].name);
		buffer_format(out, "%u", health->programs[i].back_end);
	}
	json_write_close(out);
	json_write_open(out, "pack");
	json_write_member(out, "digest", health->pack_digest);
	json_write_count(out, "rules", health->rules);
	json_write_close(out);
	json_write_count(out, "start_us", health->start_us);
	write_counts(health, out);
	buffer_string(out, "}}\n");
}
