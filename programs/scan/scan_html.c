// SPDX-License-Identifier: Apache-2.0
// A scan as one page that needs nothing else: what is gathered, and the page's frame.
#include "scan_html.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/file.h"
#include "detect/sink/json_write.h"
#include "scan_html_about.h"
#include "scan_html_event.h"
#include "scan_html_page.h"

#define ROWS_SIZE_MAX   (256u << 20)
#define ABOUT_SIZE_MAX  (64u << 20)
#define SAFE_NUMBER_MAX ((1ull << 53) - 1) /* JavaScript's numbers are exact up to here */

struct scan_html {
	const char *path;
	const struct pack *pack;
	struct scan_html_pool texts;
	struct scan_html_events events;
	struct buffer rows, row, groups, recovered, faults;
	uint32_t listed;
	bool is_cut; /* a detection found no room, be it in memory or in the page */
	uint64_t fault_count;
	/* The page's number of each of the pack's rules, and the other way round. */
	uint32_t *numbers, *rules;
	uint32_t rule_count;
};

static int complain(const char *path, const char *reason)
{
	AUTO(free) char *line = NULL;

	if (asprintf(&line, "--html %s: %s", path, reason) < 0)
		line = NULL;
	scan_say(line ? line : "memory is out");
	return -EINVAL;
}

#define FILE_WANTED "expected the name of a regular file, or of none yet"

/* Whether a file can be put at ${path}: known before hours of scanning, not after. */
static int check_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	AUTO(free)
	char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	struct stat there;

	if (!folder)
		return -ENOMEM;
	if (!*path || (slash && !slash[1]))
		return complain(path, FILE_WANTED);
	if (lstat(path, &there) == 0 && !S_ISREG(there.st_mode) &&
	    !S_ISLNK(there.st_mode))
		return complain(path, FILE_WANTED);
	if (access(folder, W_OK | X_OK) < 0)
		return complain(path, strerror(errno));
	return 0;
}

int scan_html_create(const char *path, const struct pack *pack, struct scan_html **out)
{
	uint32_t rules = pack_rule_count(pack) + 1;
	struct scan_html *html;
	int r = check_path(path);

	if (r)
		return r;
	html = calloc(1, sizeof(*html));
	if (!html)
		return -ENOMEM;
	html->path = path;
	html->pack = pack;
	scan_html_pool_init(&html->texts, SCAN_HTML_TEXTS_SIZE_MAX);
	scan_html_events_init(&html->events, &html->texts, SCAN_HTML_EVENTS_SIZE_MAX);
	buffer_init(&html->rows, ROWS_SIZE_MAX);
	buffer_init(&html->row, ROWS_SIZE_MAX);
	buffer_init(&html->groups, ROWS_SIZE_MAX);
	buffer_init(&html->recovered, ROWS_SIZE_MAX);
	buffer_init(&html->faults, ABOUT_SIZE_MAX);
	html->numbers = calloc(rules, sizeof(*html->numbers));
	html->rules = calloc(rules, sizeof(*html->rules));
	if (!html->numbers || !html->rules) {
		scan_html_free(html);
		return -ENOMEM;
	}
	*out = html;
	return 0;
}

void scan_html_free(struct scan_html *html)
{
	if (!html)
		return;
	scan_html_events_done(&html->events);
	scan_html_pool_done(&html->texts);
	buffer_done(&html->rows);
	buffer_done(&html->row);
	buffer_done(&html->groups);
	buffer_done(&html->recovered);
	buffer_done(&html->faults);
	free(html->numbers);
	free(html->rules);
	free(html);
}

static uint32_t number_of_rule(struct scan_html *html, uint32_t rule)
{
	if (!html->numbers[rule]) {
		html->rules[html->rule_count++] = rule;
		html->numbers[rule] = html->rule_count;
	}
	return html->numbers[rule] - 1;
}

static void put_count(struct buffer *out, uint64_t count)
{
	buffer_format(out, count > SAFE_NUMBER_MAX ? "\"%llu\"" : "%llu",
		      (unsigned long long)count);
}

/* Microseconds since 1970: exact in JavaScript for 140 years either way. */
static void put_time(struct buffer *out, int64_t time_ns)
{
	buffer_format(out, "%lld", (long long)(time_ns / 1000));
}

static int put_text(struct scan_html *html, struct text text, struct buffer *out)
{
	uint32_t number;
	int r = scan_html_pool_text(&html->texts, text, &number);

	if (r == 0)
		buffer_format(out, ",%u", number);
	return r;
}

static int put_pair(struct scan_html *html, struct text name, struct text value,
		    unsigned *count)
{
	int r;

	if (++*count > SCAN_HTML_MATCHED_MAX)
		return 0;
	r = put_text(html, name, &html->row);
	return r ? r : put_text(html, value, &html->row);
}

/* The values of a field that matched; or its name alone, where it has none. */
static int put_field(struct scan_html *html, const struct event *event, uint16_t field,
		     unsigned *count)
{
	bool is_keyword = field == EVENT_FIELD_NONE;
	struct text name = is_keyword ? TEXT("") : pack_field_name(html->pack, field);
	unsigned before = *count;
	int r = 0;

	for (uint32_t i = 0; i < event->count && !is_keyword && r == 0; i++)
		if (event->values[i].field == field)
			r = put_pair(html, name, event_text(event, &event->values[i]),
				     count);
	return r || *count > before ? r : put_pair(html, name, TEXT(""), count);
}

/* What made it match; of a correlation what its events have in common. */
static int put_matched(struct scan_html *html, const struct scan_place *place,
		       const struct detection *d)
{
	unsigned count = 0;
	int r = 0;

	for (uint32_t i = 0; i < d->key_count && r == 0; i++)
		r = put_pair(html, d->key_names[i], d->key_values[i], &count);
	for (uint32_t i = 0; i < place->matched_count && r == 0; i++)
		r = put_field(html, d->event, place->matched[i], &count);
	return r;
}

/* A correlation: which row it is, its window, and the events in it. */
static void put_group(struct scan_html *html, const struct detection *d)
{
	struct buffer *out = &html->groups;

	buffer_format(out, "%s[%u,", out->size ? "," : "", html->listed);
	put_time(out, d->first_ns);
	buffer_char(out, ',');
	put_time(out, d->last_ns);
	buffer_char(out, ',');
	put_count(out, d->event_count);
	buffer_char(out, ']');
}

/* [time, rule, line, event, host, file, name, value, name, value...] */
static int make_row(struct scan_html *html, const struct scan_place *place,
		    const struct detection *d)
{
	AUTO(buffer) struct buffer original;
	uint32_t event = 0;
	int r;

	buffer_init(&original, SCAN_HTML_TEXTS_SIZE_MAX);
	scan_original(place, &original);
	r = original.failed
		    ? -E2BIG
		    : scan_html_events_add(&html->events, buffer_view(&original), &event);
	buffer_clear(&html->row);
	buffer_char(&html->row, '[');
	put_time(&html->row, d->event->time_ns);
	buffer_format(&html->row, ",%u,", number_of_rule(html, d->rule));
	put_count(&html->row, place->line);
	buffer_format(&html->row, ",%u", event);
	r = r ? r : put_text(html, place->host, &html->row);
	r = r ? r : put_text(html, text_of(place->file), &html->row);
	r = r ? r : put_matched(html, place, d);
	buffer_char(&html->row, ']');
	return r || !html->row.failed ? r : -E2BIG;
}

static void list(void *user, const struct pack *pack, const struct scan_place *place,
		 const struct detection *d)
{
	struct scan_html *html = user;
	struct pack_rule rule;

	/* What is not listed still counts: scan_counts has it. */
	if (html->listed == SCAN_HTML_DETECTIONS_MAX)
		return;
	if (make_row(html, place, d) || buffer_need(&html->rows, html->row.size + 1)) {
		html->is_cut = true;
		return;
	}
	pack_rule(pack, d->rule, &rule);
	if (rule.is_correlation)
		put_group(html, d);
	if (place->is_recovered)
		buffer_format(&html->recovered, "%s%u", html->recovered.size ? "," : "",
			      html->listed);
	if (html->listed++)
		buffer_char(&html->rows, ',');
	buffer_text(&html->rows, buffer_view(&html->row));
}

struct scan_report scan_html_report(struct scan_html *html)
{
	return (struct scan_report){ .detection = list, .user = html };
}

void scan_html_fault(struct scan_html *html, const char *message)
{
	AUTO(buffer) struct buffer quoted;

	if (html->fault_count++ >= SCAN_HTML_FAULTS_MAX)
		return;
	buffer_init(&quoted, ABOUT_SIZE_MAX);
	json_write_text(&quoted, text_of(message));
	html->faults.failed |= quoted.failed;
	if (html->faults.size)
		buffer_char(&html->faults, ',');
	scan_html_escape(&html->faults, buffer_view(&quoted));
}

/* What the page says of the scan and its rules: short, and escaped as a whole. */
static void write_about(struct scan_html *html, const struct scan_html_about *about,
			struct buffer *out_about, struct buffer *out_rules)
{
	AUTO(buffer) struct buffer json;
	struct scan_html_rules rules;

	/* Rules whose detections are all beyond the limit are counted, so they are told of. */
	for (uint32_t rule = 0; rule < pack_rule_count(html->pack); rule++)
		if (about->counts->by_rule[rule])
			(void)number_of_rule(html, rule);
	rules = (struct scan_html_rules){ html->rules, html->rule_count };
	buffer_init(&json, ABOUT_SIZE_MAX);
	scan_html_about_write(about, html->pack, html->fault_count, &json);
	scan_html_escape(out_about, buffer_view(&json));
	out_about->failed |= json.failed;
	buffer_clear(&json);
	scan_html_rules_write(&rules, html->pack, about->counts, &json);
	scan_html_escape(out_rules, buffer_view(&json));
	out_rules->failed |= json.failed;
}

/* The page's first half, its data, its second half. */
static int write_page(const struct scan_html *html, struct text about, struct text rules)
{
#define ELEMENT(id) TEXT("<script type=\"application/json\" id=\"" id "\">[")
#define END         TEXT("]</script>\n")
	const struct text parts[] = {
		scan_html_page_head(),
		/* clang-format off */
		ELEMENT("data-about"),  about,                                 END,
		ELEMENT("data-rules"),  rules,                                 END,
		ELEMENT("data-faults"), buffer_view(&html->faults),            END,
		ELEMENT("data-groups"), buffer_view(&html->groups),            END,
		ELEMENT("data-recovered"), buffer_view(&html->recovered),      END,
		ELEMENT("data-shapes"), buffer_view(&html->events.shapes.json), END,
		ELEMENT("data-texts"),  buffer_view(&html->texts.json),        END,
		ELEMENT("data-events"), buffer_view(&html->events.json),       END,
		ELEMENT("data-rows"),   buffer_view(&html->rows),              END,
		/* clang-format on */
		scan_html_page_tail(),
	};

	return file_replace_parts(html->path, parts, sizeof(parts) / sizeof(parts[0]),
				  0666);
#undef ELEMENT
#undef END
}

int scan_html_write(struct scan_html *html, const struct scan_html_about *about)
{
	AUTO(buffer) struct buffer about_json;
	AUTO(buffer) struct buffer rules_json;
	int r;

	buffer_init(&about_json, 6 * (size_t)ABOUT_SIZE_MAX);
	buffer_init(&rules_json, 6 * (size_t)ABOUT_SIZE_MAX);
	write_about(html, about, &about_json, &rules_json);
	r = about_json.failed || rules_json.failed || html->groups.failed ||
			    html->recovered.failed || html->faults.failed
		    ? -ENOMEM
		    : write_page(html, buffer_view(&about_json),
				 buffer_view(&rules_json));
	if (r == FILE_E_NOT_REGULAR)
		return complain(html->path, FILE_WANTED);
	if (r == 0 && html->is_cut)
		return complain(html->path, "not all detections are listed: no room");
	if (r)
		(void)complain(html->path, strerror(-r));
	return r;
}
