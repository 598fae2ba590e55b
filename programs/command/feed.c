// SPDX-License-Identifier: Apache-2.0
// A line of the sensor's, for people: severity, rule, technique, process and its ancestors.
#include "feed.h"

#include "format/json.h"
#include "scan/scan.h"

#define NODES          4096
#define LINE_SIZE      (1u << 20)
#define ANCESTORS_MAX  4 /* shown; what is above them is counted */
#define INDENT         "            "
#define INDENT_COLUMNS 12

struct feed {
	struct json_document document;
	struct json_node nodes[NODES];
	bool colours;
	unsigned width;
	char bytes[2 * (LINE_SIZE +
			JSON_PADDING)]; /* the text, and room for unescaped ones */
};

static const struct {
	const char *level, *shown, *colour;
} levels[] = {
	{ "critical", "CRITICAL", "\033[1;97;41m" }, { "high", "HIGH", "\033[1;31m" },
	{ "medium", "MEDIUM", "\033[33m" },          { "low", "LOW", "\033[36m" },
	{ "informational", "INFO", "\033[2m" },
};

#define LEVELS (sizeof(levels) / sizeof(levels[0]))
#define BOLD   "\033[1m"
#define DIM    "\033[2m"
#define PLAIN  "\033[0m"

struct feed *feed_create(bool colours, unsigned width)
{
	struct feed *feed = calloc(1, sizeof(*feed));

	if (!feed)
		return NULL;
	feed->colours = colours;
	feed->width = width;
	return feed;
}

void feed_free(struct feed *feed)
{
	free(feed);
}

static bool read_line(struct feed *feed, struct text line)
{
	struct json_fault fault;

	if (line.size == 0 || line.size > LINE_SIZE)
		return false;
	memcpy(feed->bytes, line.at, line.size);
	memset(feed->bytes + line.size, 0, JSON_PADDING);
	feed->document = (struct json_document){
		.base = feed->bytes,
		.size = line.size,
		.last = true,
		.room_at = LINE_SIZE + JSON_PADDING,
		.room_size = LINE_SIZE + JSON_PADDING,
		.nodes = feed->nodes,
		.capacity = NODES,
	};
	return json_parse(&feed->document, &fault) == JSON_DONE;
}

/* The node at the end of a dotted path, or 0. */
static uint32_t node_at(const struct feed *feed, const char *path)
{
	uint32_t node = 0;
	char part[32];

	while (*path) {
		size_t size = strcspn(path, ".");

		if (size >= sizeof(part))
			return 0;
		memcpy(part, path, size);
		part[size] = '\0';
		node = json_member(&feed->document, node, part);
		if (node == 0)
			return 0;
		path += size + (path[size] == '.');
	}
	return node;
}

static struct text text_of_node(const struct feed *feed, uint32_t node)
{
	return node ? json_text(&feed->document, &feed->nodes[node]) : (struct text){ 0 };
}

static struct text text_at(const struct feed *feed, const char *path)
{
	return text_of_node(feed, node_at(feed, path));
}

static uint64_t number_at(const struct feed *feed, const char *path)
{
	struct text digits = text_at(feed, path);
	uint64_t number = 0;

	for (size_t i = 0; i < digits.size && digits.at[i] >= '0' && digits.at[i] <= '9';
	     i++)
		number = number * 10 + (uint64_t)(digits.at[i] - '0');
	return number;
}

/* The element ${number} of the array ${array}, or 0. */
static uint32_t element(const struct feed *feed, uint32_t array, unsigned number)
{
	uint32_t node = array + 1;

	if (array == 0 || feed->nodes[array].type != JSON_ARRAY)
		return 0;
	for (; node < feed->nodes[array].end; node = feed->nodes[node].end)
		if (number-- == 0)
			return node;
	return 0;
}

static void paint(const struct feed *feed, struct buffer *out, const char *colour)
{
	if (feed->colours)
		buffer_string(out, colour);
}

static unsigned columns_left(const struct feed *feed, unsigned used)
{
	if (feed->width == 0)
		return 0;
	return used + 8 < feed->width ? feed->width - used : 8;
}

/* "15:04:05  HIGH      Title of the rule  T1059.004" */
static void write_heading(const struct feed *feed, struct buffer *out)
{
	struct text level = text_at(feed, "rule.level"),
		    time = text_at(feed, "@timestamp");
	uint32_t techniques = node_at(feed, "threat.technique.subtechnique.id");
	struct text technique;
	size_t i = 0;

	while (i + 1 < LEVELS && !text_is(level, text_of(levels[i].level)))
		i++;
	if (!techniques)
		techniques = node_at(feed, "threat.technique.id");
	technique = text_of_node(feed, element(feed, techniques, 0));
	(void)scan_show(out, text_part(time, 11, 8), 8);
	buffer_string(out, "  ");
	paint(feed, out, levels[i].colour);
	buffer_string(out, levels[i].shown);
	paint(feed, out, PLAIN);
	for (size_t size = strlen(levels[i].shown); size < 10; size++)
		buffer_char(out, ' ');
	paint(feed, out, BOLD);
	(void)scan_show(out, text_at(feed, "rule.name"), columns_left(feed, 32));
	paint(feed, out, PLAIN);
	if (technique.size) {
		buffer_string(out, "  ");
		paint(feed, out, DIM);
		(void)scan_show(out, technique, 12);
		paint(feed, out, PLAIN);
	}
	buffer_char(out, '\n');
}

static void write_branch(struct buffer *out, unsigned depth)
{
	buffer_string(out, INDENT);
	for (unsigned i = 1; i < depth; i++)
		buffer_string(out, "   ");
	if (depth)
		buffer_string(out, "└─ ");
}

static struct text name_of(struct text path)
{
	const char *slash = path.size ? memrchr(path.at, '/', path.size) : NULL;

	return slash ? text_part(path, (size_t)(slash + 1 - path.at), path.size) : path;
}

/* The ancestors from the eldest that is shown; returns how deep the process itself stands. */
static unsigned write_ancestors(const struct feed *feed, struct buffer *out)
{
	uint32_t images = node_at(feed, "windhover.ancestors.executable");
	uint32_t pids = node_at(feed, "windhover.ancestors.pid");
	unsigned count = 0, depth = 0;

	while (element(feed, images, count))
		count++;
	for (unsigned i = count < ANCESTORS_MAX ? count : ANCESTORS_MAX; i-- > 0;
	     depth++) {
		struct text name = name_of(text_of_node(feed, element(feed, images, i)));

		write_branch(out, depth);
		paint(feed, out, DIM);
		if (depth == 0 && count > ANCESTORS_MAX)
			buffer_string(out, "… ");
		(void)scan_show(out, name.size ? name : TEXT("(no program)"), 40);
		buffer_char(out, ' ');
		(void)scan_show(out, text_of_node(feed, element(feed, pids, i)), 10);
		paint(feed, out, PLAIN);
		buffer_char(out, '\n');
	}
	return depth;
}

static void write_process(const struct feed *feed, struct buffer *out)
{
	struct text line = text_at(feed, "process.command_line");
	struct text user = text_at(feed, "user.name"),
		    effective = text_at(feed, "user.effective.name");
	unsigned depth = write_ancestors(feed, out);
	unsigned used = INDENT_COLUMNS + 3 * depth + 24;

	if (line.size == 0)
		line = text_at(feed, "process.executable");
	if (user.size == 0)
		user = text_at(feed, "user.id");
	write_branch(out, depth);
	(void)scan_show(out, line, columns_left(feed, used));
	paint(feed, out, DIM);
	buffer_string(out, "  ");
	(void)scan_show(out, text_at(feed, "process.pid"), 10);
	buffer_string(out, ", ");
	(void)scan_show(out, user, 24);
	if (effective.size && !text_is(user, effective)) {
		buffer_string(out, " as ");
		(void)scan_show(out, effective, 24);
	}
	paint(feed, out, PLAIN);
	buffer_char(out, '\n');
}

bool feed_alert(struct feed *feed, struct text line, struct buffer *out)
{
	if (!read_line(feed, line) ||
	    !text_is(text_at(feed, "event.kind"), TEXT("alert")))
		return false;
	write_heading(feed, out);
	write_process(feed, out);
	buffer_char(out, '\n');
	return true;
}

bool feed_health(struct feed *feed, struct text line, struct feed_health *out)
{
	uint32_t programs;

	if (!read_line(feed, line) ||
	    !text_is(text_at(feed, "event.dataset"), TEXT("windhover.health")))
		return false;
	*out = (struct feed_health){
		.action = text_at(feed, "event.action"),
		.sentence = text_at(feed, "windhover.health"),
		.rules = number_at(feed, "windhover.pack.rules"),
		.start_us = number_at(feed, "windhover.start_us"),
	};
	programs = node_at(feed, "windhover.programs");
	for (uint32_t node = programs + 1; programs && node < feed->nodes[programs].end;
	     node = feed->nodes[node].end) {
		struct text state = text_of_node(feed, node);

		out->programs += !text_is(state, TEXT("not wanted"));
		out->attached += text_is(state, TEXT("attached"));
		out->replaced += text_starts(state, TEXT("reduced"));
	}
	return true;
}

void feed_program(const struct feed *feed, unsigned number, struct text *name,
		  struct text *state)
{
	uint32_t programs = node_at(feed, "windhover.programs"), node = programs + 1;

	*name = *state = (struct text){ 0 };
	if (programs == 0)
		return;
	while (node < feed->nodes[programs].end && number--)
		node = feed->nodes[node].end;
	if (node >= feed->nodes[programs].end)
		return;
	*name = json_key(&feed->document, &feed->nodes[node]);
	*state = text_of_node(feed, node);
}

struct text feed_back_end(struct feed *feed, struct text name)
{
	uint32_t ends = node_at(feed, "windhover.back_ends"), node = ends + 1;

	for (; ends && node < feed->nodes[ends].end; node = feed->nodes[node].end)
		if (text_is(json_key(&feed->document, &feed->nodes[node]), name))
			return json_text(&feed->document, &feed->nodes[node]);
	return (struct text){ 0 };
}
