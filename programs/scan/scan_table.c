// SPDX-License-Identifier: Apache-2.0
// Detections as a table for people.
#include "base/moment.h"
#include "scan.h"

#define TIME_WIDTH  19 /* 2024-07-19 04:09:00 */
#define LEVEL_WIDTH 8
#define GAP         2
#define FIELDS_MAX  4 /* fields shown of an event */

/* Widths of the columns after time and level; fields 0: not shown, or not limited. */
struct layout {
	unsigned rule, host, where, fields;
	bool has_fields, is_cut;
};

/* The fields that tell people most, most telling first. */
static const char *const telling[] = {
	"CommandLine",
	"NewProcessName",
	"ParentProcessName",
	"Image",
	"ParentImage",
	"ScriptBlockText",
	"TargetObject",
	"Details",
	"TargetFilename",
	"ImageLoaded",
	"SourceImage",
	"TargetImage",
	"PipeName",
	"QueryName",
	"DestinationHostname",
	"DestinationIp",
	"ServiceName",
	"ImagePath",
	"TaskName",
	"TargetUserName",
	"SubjectUserName",
	"IpAddress",
	"ThreatName",
	"User",
	"Payload",
	"HostApplication",
	"a0",
	"a1",
	"message",
	"Message",
};

void scan_table_rule(struct buffer *out)
{
	buffer_string(out, "title: None\nlogsource: {product: windhover, service: none}\n"
			   "detection:\n  nothing:\n");
	for (size_t i = 0; i < sizeof(telling) / sizeof(telling[0]); i++)
		buffer_format(out, "    %s: nothing\n", telling[i]);
	buffer_string(out, "  condition: nothing\n");
}

static const char *const colours[SCAN_LEVELS] = { "\x1b[2m", "\x1b[36m", "\x1b[33m",
						  "\x1b[31m", "\x1b[1;35m" };

static const char *short_level(unsigned level)
{
	return level == 0 ? "info" : level_name(level);
}

static unsigned clamp(unsigned value, unsigned low, unsigned high)
{
	return value < low ? low : value > high ? high : value;
}

static struct layout lay_out(const struct scan_output *out)
{
	unsigned width = out->width ? out->width : 160, rest, used;
	struct layout layout;

	rest = width > TIME_WIDTH + LEVEL_WIDTH + 4 * GAP + 38
		       ? width - TIME_WIDTH - LEVEL_WIDTH - 4 * GAP
		       : 38;
	layout.rule = clamp(rest * 35 / 100, 18, 48);
	layout.host = clamp(rest * 12 / 100, 8, 18);
	layout.where = clamp(rest * 25 / 100, 12, 36);
	used = layout.rule + layout.host + layout.where;
	layout.has_fields = rest >= used + GAP + 16;
	layout.fields = layout.has_fields ? rest - used - GAP : 0;
	if (!layout.has_fields)
		layout.rule += rest - used;
	layout.is_cut = out->width != 0;
	if (!layout.is_cut)
		layout.fields = 0;
	return layout;
}

static void pad(struct buffer *out, unsigned used, unsigned width)
{
	for (width = used > width ? used : width; used < width + GAP; used++)
		buffer_char(out, ' ');
}

static void table_begin(struct scan_output *out)
{
	struct layout layout = lay_out(out);
	struct buffer *b = &out->buffer;

	if (out->has_colours)
		buffer_string(b, "\x1b[1m");
	buffer_format(b, "%-*s  %-*s  %-*s  %-*s  %-*s%s", TIME_WIDTH, "TIME",
		      LEVEL_WIDTH, "LEVEL", (int)layout.rule, "RULE", (int)layout.host,
		      "HOST", (int)layout.where, "WHERE",
		      layout.has_fields ? "  FIELDS" : "");
	if (out->has_colours)
		buffer_string(b, "\x1b[0m");
	buffer_char(b, '\n');
}

/* " name=value" in what is left of the width; returns the columns used. */
static unsigned show_pair(struct buffer *b, struct text name, struct text value,
			  unsigned used, const struct layout *layout)
{
	unsigned left = layout->fields > used ? layout->fields - used : 0;

	if (layout->is_cut && left < name.size + 6)
		return layout->fields;
	if (used) {
		buffer_char(b, ' ');
		used++;
		left--;
	}
	buffer_text(b, name);
	buffer_char(b, '=');
	used += (unsigned)name.size + 1;
	left -= (unsigned)name.size + 1;
	return used + scan_show(b, text_part(value, 0, 4096), layout->is_cut ? left : 0);
}

static void show_fields(struct buffer *b, const struct pack *pack,
			const struct event *event, const struct layout *layout)
{
	unsigned shown = 0, told, used = 0;

	for (size_t i = 0; i < sizeof(telling) / sizeof(telling[0]) && shown < FIELDS_MAX;
	     i++) {
		uint16_t field = pack_field(pack, text_of(telling[i]));

		for (uint32_t v = 0; v < event->count && field != EVENT_FIELD_NONE; v++) {
			struct text text = event_text(event, &event->values[v]);

			if (event->values[v].field != field || !text.size)
				continue;
			used = show_pair(b, text_of(telling[i]), text, used, layout);
			shown++;
			break;
		}
	}
	told = shown;
	/* None of them: then what there is that rules name. */
	for (uint32_t v = 0; v < event->count && told == 0 && shown < FIELDS_MAX; v++) {
		const struct event_value *value = &event->values[v];
		struct text name;

		if (value->field == EVENT_FIELD_NONE || !value->size)
			continue;
		name = pack_field_name(pack, value->field);
		if (text_is(name, TEXT("Channel")) || text_is(name, TEXT("Computer")) ||
		    text_is(name, TEXT("Provider_Name")))
			continue;
		used = show_pair(b, name, event_text(event, value), used, layout);
		shown++;
	}
}

/* A correlation: how many events since when, and of which group. */
static unsigned show_correlation(struct buffer *b, const struct detection *d,
				 const struct layout *layout)
{
	unsigned used = layout->fields;
	char text[160], when[MOMENT_SIZE];
	int size;

	moment_format(d->first_ns, when);
	when[10] = ' ';
	size = snprintf(text, sizeof(text), "%llu events since %.19s",
			(unsigned long long)d->event_count, when);
	used = scan_show(b, (struct text){ .at = text, .size = (size_t)size },
			 layout->is_cut ? layout->fields : 0);
	for (uint32_t i = 0; i < d->key_count; i++)
		used = show_pair(b, d->key_names[i], d->key_values[i], used, layout);
	return used;
}

static void show_when(struct buffer *b, int64_t time_ns)
{
	size_t from = b->size;

	scan_time(b, time_ns);
	if (b->size < from + TIME_WIDTH) {
		pad(b, 0, TIME_WIDTH);
		return;
	}
	b->at[from + 10] = ' ';
	b->size = from + TIME_WIDTH;
	pad(b, TIME_WIDTH, TIME_WIDTH);
}

static void table_detection(struct scan_output *out, const struct pack *pack,
			    const struct scan_place *place, const struct detection *d)
{
	struct layout layout = lay_out(out);
	struct buffer *b = &out->buffer;
	struct pack_rule rule;
	char where[1100];
	unsigned cut = layout.is_cut, used;

	pack_rule(pack, d->rule, &rule);
	show_when(b, d->event->time_ns);
	if (out->has_colours && rule.level < SCAN_LEVELS)
		buffer_string(b, colours[rule.level]);
	buffer_string(b, short_level(rule.level));
	if (out->has_colours)
		buffer_string(b, "\x1b[0m");
	pad(b, (unsigned)strlen(short_level(rule.level)), LEVEL_WIDTH);
	used = scan_show(b, rule.title, cut * layout.rule);
	pad(b, used, layout.rule);
	used = scan_show(b, place->host, cut * layout.host);
	pad(b, used, layout.host);
	(void)snprintf(where, sizeof(where), "%s:%llu%s", place->file,
		       (unsigned long long)place->line,
		       place->is_recovered ? " recovered" : "");
	used = scan_show_tail(b, text_of(where), cut * layout.where);
	if (layout.has_fields) {
		pad(b, used, layout.where);
		if (rule.is_correlation)
			(void)show_correlation(b, d, &layout);
		else
			show_fields(b, pack, d->event, &layout);
	}
	buffer_char(b, '\n');
}

const struct scan_format scan_table = { "table", false, false, table_begin,
					table_detection };
