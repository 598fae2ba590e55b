// SPDX-License-Identifier: Apache-2.0
// What a page says of the scan as a whole, and of its rules, as JSON.
#include "scan_html_about.h"

#include "detect/sink/json_write.h"
#include "detect/sink/threat.h"

/* A comma, unless it is the first of its list. */
static void next(struct buffer *out)
{
	if (out->size && out->at[out->size - 1] != '[')
		buffer_char(out, ',');
}

static void open_list(struct buffer *out, const char *name)
{
	json_write_name(out, text_of(name));
	buffer_char(out, '[');
}

static void write_counted(struct buffer *out, uint64_t count, const char *what)
{
	if (!count)
		return;
	next(out);
	json_write_open(out, NULL);
	json_write_count(out, "count", count);
	json_write_member(out, "what", text_of(what));
	json_write_close(out);
}

/* What was left out, or could not be read, or met a limit. */
static void write_limits(const struct scan_html_about *about, struct buffer *out)
{
	const struct scan_counts *counts = about->counts;
	const char *what;
	uint64_t count;

	open_list(out, "limits");
	for (unsigned i = 0; count = scan_limit(counts, about->engine, i, &what), what;
	     i++)
		write_counted(out, count, what);
	write_counted(out, counts->unrecognised, "events of no known shape");
	write_counted(out, counts->recovered,
		      "events recovered from unused space of event logs");
	write_counted(out, counts->out_of_time,
		      "events not between --since and --until, left out");
	write_counted(out, counts->without_time, "events without a time, kept");
	write_counted(out, counts->other_channel, "events of other channels, left out");
	buffer_char(out, ']');
}

static void write_levels(const struct scan_counts *counts, struct buffer *out)
{
	open_list(out, "levels");
	for (unsigned level = 0; level < SCAN_LEVELS; level++)
		buffer_format(out, "%s%llu", level ? "," : "",
			      (unsigned long long)counts->detections[level]);
	buffer_char(out, ']');
}

void scan_html_about_write(const struct scan_html_about *about, const struct pack *pack,
			   uint64_t faults, struct buffer *out)
{
	const struct scan_counts *counts = about->counts;
	struct timespec now;

	json_write_open(out, NULL);
	json_write_member(out, "version", text_of(WINDHOVER_VERSION));
	(void)clock_gettime(CLOCK_REALTIME, &now);
	json_write_count(out, "made",
			 (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
	json_write_name(out, TEXT("seconds"));
	buffer_format(out, "%.3f", about->seconds);
	json_write_name(out, TEXT("interrupted"));
	buffer_string(out, about->interrupted ? "true" : "false");
	json_write_count(out, "files", counts->files);
	json_write_count(out, "bytes", counts->bytes);
	json_write_count(out, "read", counts->read);
	json_write_count(out, "events", counts->events);
	json_write_count(out, "rules", pack_rule_count(pack));
	json_write_member(out, "pack", pack_digest(pack));
	json_write_count(out, "limit", SCAN_HTML_DETECTIONS_MAX);
	json_write_count(out, "faults", faults);
	write_levels(counts, out);
	write_limits(about, out);
	open_list(out, "logs");
	for (unsigned shape = 1; shape < SHAPE_COUNT; shape++)
		write_counted(out, counts->shapes[shape],
			      intake_shape_name((enum intake_shape)shape));
	buffer_char(out, ']');
	open_list(out, "tactics");
	for (unsigned i = 0; threat_tactic(i); i++) {
		next(out);
		json_write_text(out, text_of(threat_tactic(i)));
	}
	buffer_char(out, ']');
	json_write_close(out);
}

static void write_rule(const struct pack *pack, uint32_t number, uint64_t count,
		       struct buffer *out)
{
	struct pack_rule rule;

	pack_rule(pack, number, &rule);
	next(out);
	json_write_open(out, NULL);
	json_write_count(out, "count", count);
	json_write_count(out, "level", rule.level);
	json_write_member(out, "title", rule.title);
	json_write_member(out, "id", rule.id);
	json_write_member(out, "status", rule.status);
	json_write_member(out, "description", rule.description);
	json_write_member(out, "author", rule.author);
	json_write_member(out, "license", rule.license);
	json_write_member(out, "date", rule.date);
	json_write_member(out, "modified", rule.modified);
	json_write_member(out, "logsource", rule.logsource);
	json_write_member(out, "file", rule.file);
	open_list(out, "tags");
	for (uint32_t i = 0; i < rule.tag_count; i++) {
		next(out);
		json_write_text(out, pack_rule_tag(pack, number, i));
	}
	buffer_char(out, ']');
	threat_write(pack, number, rule.tag_count, out);
	json_write_close(out);
}

void scan_html_rules_write(const struct scan_html_rules *rules, const struct pack *pack,
			   const struct scan_counts *counts, struct buffer *out)
{
	for (uint32_t i = 0; i < rules->count; i++)
		write_rule(pack, rules->rules[i], counts->by_rule[rules->rules[i]], out);
}
