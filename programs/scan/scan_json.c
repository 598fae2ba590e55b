// SPDX-License-Identifier: Apache-2.0
// Detections for other programs: JSON lines with ECS names, and CSV (RFC 4180).
#include "base/moment.h"
#include "detect/sink/json_write.h"
#include "detect/sink/threat.h"
#include "scan.h"

static void write_time(struct buffer *b, const char *name, int64_t time_ns)
{
	char time[MOMENT_SIZE];

	if (!time_ns)
		return;
	moment_format(time_ns, time);
	json_write_member(b, name, text_of(time));
}

static void write_tags(struct buffer *b, const struct pack *pack, uint32_t rule,
		       uint32_t count)
{
	if (!count)
		return;
	json_write_name(b, TEXT("tags"));
	buffer_char(b, '[');
	for (uint32_t i = 0; i < count; i++) {
		if (i)
			buffer_char(b, ',');
		json_write_text(b, pack_rule_tag(pack, rule, i));
	}
	buffer_char(b, ']');
}

static void write_rule(struct buffer *b, const struct pack *pack, uint32_t number,
		       const struct pack_rule *rule)
{
	json_write_open(b, "rule");
	json_write_member(b, "id", rule->id);
	json_write_member(b, "name", rule->title);
	json_write_member(b, "level", text_of(level_name(rule->level)));
	json_write_member(b, "description", rule->description);
	json_write_member(b, "author", rule->author);
	json_write_member(b, "license", rule->license);
	write_tags(b, pack, number, rule->tag_count);
	json_write_close(b);
}

static void write_correlation(struct buffer *b, const struct detection *d)
{
	json_write_open(b, "correlation");
	write_time(b, "first", d->first_ns);
	write_time(b, "last", d->last_ns);
	json_write_count(b, "events", d->event_count);
	json_write_name(b, TEXT("value"));
	buffer_format(b, "%.17g", d->value == d->value ? d->value : 0.0);
	json_write_open(b, "group");
	for (uint32_t i = 0; i < d->key_count; i++) {
		json_write_name(b, d->key_names[i]);
		json_write_text(b, d->key_values[i]);
	}
	json_write_close(b);
	json_write_close(b);
}

/* The fields that made the rule match; a keyword has none. */
static void write_matched(struct buffer *b, const struct pack *pack,
			  const struct scan_place *place)
{
	const char *comma = "";

	json_write_name(b, TEXT("matched"));
	buffer_char(b, '[');
	for (uint32_t i = 0; i < place->matched_count; i++) {
		if (place->matched[i] == EVENT_FIELD_NONE)
			continue;
		buffer_string(b, comma);
		json_write_text(b, pack_field_name(pack, place->matched[i]));
		comma = ",";
	}
	buffer_char(b, ']');
}

/* What ECS has no name for. */
static void write_own(struct buffer *b, const struct pack *pack,
		      const struct scan_place *place, bool is_correlation,
		      const struct detection *d)
{
	if (!is_correlation && !place->is_recovered && !place->matched_count)
		return;
	json_write_open(b, "windhover");
	if (place->matched_count)
		write_matched(b, pack, place);
	if (is_correlation)
		write_correlation(b, d);
	if (place->is_recovered) {
		json_write_name(b, TEXT("recovered"));
		buffer_string(b, "true");
	}
	json_write_close(b);
}

static void no_heading(struct scan_output *out)
{
	(void)out;
}

static void jsonl_detection(struct scan_output *out, const struct pack *pack,
			    const struct scan_place *place, const struct detection *d)
{
	struct buffer *b = &out->buffer;
	struct pack_rule rule;

	pack_rule(pack, d->rule, &rule);
	json_write_open(b, NULL);
	write_time(b, "@timestamp", d->event->time_ns);
	write_rule(b, pack, d->rule, &rule);
	threat_write(pack, d->rule, rule.tag_count, b);
	if (place->host.size) {
		json_write_open(b, "host");
		json_write_member(b, "name", place->host);
		json_write_close(b);
	}
	json_write_open(b, "log");
	json_write_open(b, "file");
	json_write_member(b, "path", text_of(place->file));
	json_write_count(b, "line", place->line);
	json_write_close(b);
	json_write_count(b, "offset", place->offset);
	json_write_close(b);
	write_own(b, pack, place, rule.is_correlation, d);
	json_write_name(b, TEXT("event"));
	scan_original(place, b);
	json_write_close(b);
	buffer_char(b, '\n');
}

const struct scan_format scan_jsonl = { "jsonl", true, true, no_heading,
					jsonl_detection };

/*
 * A cell.  One that a spreadsheet would take for a formula gets an apostrophe in front: who
 * writes the logs must not run code where they are read.
 */
static void write_cell(struct buffer *b, struct text text)
{
	bool is_formula = text.size && strchr("=+-@\t\r", text.at[0]);

	buffer_char(b, '"');
	if (is_formula)
		buffer_char(b, '\'');
	for (size_t done = 0, at = 0; at <= text.size; at++) {
		if (at < text.size && text.at[at] != '"')
			continue;
		buffer_add(b, text.at + done, at - done);
		if (at < text.size)
			buffer_string(b, "\"\"");
		done = at + 1;
	}
	buffer_string(b, "\",");
}

static void write_number_cell(struct buffer *b, uint64_t number)
{
	buffer_format(b, "%llu,", (unsigned long long)number);
}

static void write_time_cell(struct buffer *b, int64_t time_ns)
{
	scan_time(b, time_ns);
	buffer_char(b, ',');
}

static void csv_begin(struct scan_output *out)
{
	buffer_string(&out->buffer, "time,level,rule,rule_id,tags,host,file,line,offset,"
				    "first,last,events,group,event\r\n");
}

static void csv_correlation(struct buffer *b, const struct detection *d)
{
	AUTO(buffer) struct buffer group;

	buffer_init(&group, 1 << 20);
	for (uint32_t i = 0; i < d->key_count; i++) {
		if (i)
			buffer_char(&group, ' ');
		buffer_text(&group, d->key_names[i]);
		buffer_char(&group, '=');
		buffer_text(&group, d->key_values[i]);
	}
	write_time_cell(b, d->first_ns);
	write_time_cell(b, d->last_ns);
	write_number_cell(b, d->event_count);
	write_cell(b, buffer_view(&group));
	b->failed |= group.failed;
}

static void csv_detection(struct scan_output *out, const struct pack *pack,
			  const struct scan_place *place, const struct detection *d)
{
	AUTO(buffer) struct buffer text;
	struct buffer *b = &out->buffer;
	struct pack_rule rule;

	buffer_init(&text, 64u << 20);
	pack_rule(pack, d->rule, &rule);
	write_time_cell(b, d->event->time_ns);
	buffer_format(b, "%s,", level_name(rule.level));
	write_cell(b, rule.title);
	write_cell(b, rule.id);
	for (uint32_t i = 0; i < rule.tag_count; i++) {
		if (i)
			buffer_char(&text, ' ');
		buffer_text(&text, pack_rule_tag(pack, d->rule, i));
	}
	write_cell(b, buffer_view(&text));
	write_cell(b, place->host);
	write_cell(b, text_of(place->file));
	write_number_cell(b, place->line);
	write_number_cell(b, place->offset);
	if (rule.is_correlation)
		csv_correlation(b, d);
	else
		buffer_string(b, ",,,,");
	/* What did not fit into a copy must not be missing unsaid. */
	b->failed |= text.failed;
	buffer_clear(&text);
	scan_original(place, &text);
	write_cell(b, buffer_view(&text));
	b->size--;
	buffer_string(b, "\r\n");
	b->failed |= text.failed;
}

const struct scan_format scan_csv = { "csv", true, false, csv_begin, csv_detection };
