// SPDX-License-Identifier: Apache-2.0
// Sigma files -> rules: the run over files and documents, and the report on each.
#include "update/rule/rule_read.h"

#include <errno.h>
#include <stdarg.h>

#include "update/rule/brands.h"
#include "update/rule/placeholder.h"
#include "update/rule/reader.h"
#include "update/rule/rule_files.h"

#define YAML_ARENA_SIZE_MAX ((size_t)1 << 30) /* bytes of one file's tree */

static int read_placeholders(const char *path, struct placeholders **out, struct why *why)
{
	AUTO(buffer) struct buffer bytes;
	int r;

	why_file(why, path);
	buffer_init(&bytes, RULE_FILE_SIZE_MAX);
	r = rule_file_read(path, &bytes);
	if (r == -E2BIG) {
		why_set(why, 0, 0, "the file is larger than 8 MiB");
		return -EINVAL;
	}
	if (r) {
		why_set(why, 0, 0, "%s", strerror(-r));
		return r;
	}
	return placeholders_read(buffer_view(&bytes), out, why);
}

int rule_reader_create(const struct rule_reader_options *options,
		       struct rule_reader **out, struct why *why)
{
	struct rule_reader *reader = calloc(1, sizeof(*reader));
	int r = 0;

	if (!reader)
		return -ENOMEM;
	reader->arena = arena_create(READER_SIZE_MAX);
	if (!reader->arena)
		r = -ENOMEM;
	if (!r && options && options->placeholders)
		r = read_placeholders(options->placeholders, &reader->placeholders, why);
	if (r) {
		rule_reader_free(reader);
		return r;
	}
	*out = reader;
	return 0;
}

void rule_reader_free(struct rule_reader *reader)
{
	if (!reader)
		return;
	placeholders_free(reader->placeholders);
	arena_free(reader->arena);
	free(reader->reports);
	free(reader->entries);
	free(reader);
}

static int grow(void **list, uint32_t *capacity, uint32_t count, size_t size)
{
	uint32_t want = *capacity ? *capacity * 2 : 64;
	void *grown;

	if (count < *capacity)
		return 0;
	if (count == READER_DOCUMENTS_MAX)
		return -E2BIG;
	grown = realloc(*list, want * size);
	if (!grown)
		return -ENOMEM;
	*list = grown;
	*capacity = want;
	return 0;
}

/* A report on a document of ${file} that nothing is wrong with yet. */
static int report_begin(struct rule_reader *reader, const char *file,
			struct rule_report **out)
{
	void *reports = reader->reports;
	int r = grow(&reports, &reader->report_capacity, reader->report_count,
		     sizeof(*reader->reports));

	reader->reports = reports;
	if (r)
		return r;
	*out = &reader->reports[reader->report_count++];
	**out = (struct rule_report){ .verdict = RULE_USABLE };
	why_file(&(*out)->why, file);
	return 0;
}

static int entry_add(struct rule_reader *reader, const struct document *document)
{
	void *entries = reader->entries;
	int r = grow(&entries, &reader->entry_capacity, reader->entry_count,
		     sizeof(*reader->entries));

	reader->entries = entries;
	if (r)
		return r;
	reader->entries[reader->entry_count++] =
		(struct entry){ .document = *document,
				.report = reader->report_count - 1 };
	return 0;
}

static int report_text(struct rule_reader *reader, const struct yaml_node *root,
		       const char *key, struct text *out)
{
	const struct yaml_node *node = yaml_get(root, key);

	if (!node || !yaml_is_scalar(node))
		return 0;
	return arena_copy(reader->arena, node->text, out);
}

/* One document: its report, and if it is usable its entry. */
static int read_document(struct rule_reader *reader, struct text file,
			 const struct yaml_node *root, struct rule_report *report)
{
	struct reading reading = { .arena = reader->arena,
				   .begin = arena_mark(reader->arena),
				   .placeholders = reader->placeholders,
				   .why = &report->why };
	struct document document = { 0 };
	int r = document_read(&reading, file, root, &document);

	report->is_correlation = document_kind(root) == DOCUMENT_CORRELATION;
	report->is_filter = document_kind(root) == DOCUMENT_FILTER;
	if (r == -EINVAL) {
		report->verdict = RULE_REFUSED;
		/* What will not be used need not be kept. */
		arena_rewind(reader->arena, reading.begin);
	} else if (!r) {
		r = entry_add(reader, &document);
	}
	if (r && r != -EINVAL)
		return r;
	r = report_text(reader, root, "title", &report->title);
	return r ? r : report_text(reader, root, "id", &report->id);
}

static int refuse_file(struct rule_reader *reader, const char *name, const char *reason)
{
	struct rule_report *report = NULL;
	int r = report_begin(reader, name, &report);

	if (r)
		return r;
	report->verdict = RULE_REFUSED;
	why_set(&report->why, 0, 0, "%s", reason);
	return 0;
}

static bool is_collection(const struct yaml_node *root)
{
	return yaml_get(root, "action") != NULL;
}

static int read_documents(struct rule_reader *reader, const char *name, struct text file,
			  struct yaml *yaml);

/* A document of brands: the rules that it stands for, in its place. */
static int read_brands(struct rule_reader *reader, const char *name, struct text file,
		       const struct yaml_node *root)
{
	AUTO(arena) struct arena *arena = arena_create(YAML_ARENA_SIZE_MAX);
	AUTO(yaml) struct yaml *yaml = NULL;
	AUTO(buffer) struct buffer rules;
	struct rule_report *report = NULL;
	struct brand *brands = NULL;
	struct why why = { 0 };
	uint32_t count = 0;
	int r;

	buffer_init(&rules, RULE_FILE_SIZE_MAX);
	r = arena ? brands_read(root, arena, &brands, &count, &why) : -ENOMEM;
	if (r == -EINVAL) {
		r = report_begin(reader, name, &report);
		if (r)
			return r;
		report->verdict = RULE_REFUSED;
		why_set(&report->why, why.line, why.column, "%s", why.reason);
		return 0;
	}
	for (uint32_t i = 0; !r && i < count; i++)
		brand_write(&brands[i], &rules);
	if (rules.failed)
		return refuse_file(reader, name,
				   "the brands are more than 8 MiB of rules");
	r = r ? r : yaml_open(buffer_view(&rules), &yaml);
	return r ? r : read_documents(reader, name, file, yaml);
}

/* All documents of one text; a document that says nothing is none. */
static int read_documents(struct rule_reader *reader, const char *name, struct text file,
			  struct yaml *yaml)
{
	AUTO(arena) struct arena *arena = arena_create(YAML_ARENA_SIZE_MAX);
	struct rule_report *report = NULL;
	struct yaml_node *root = NULL;
	struct why why = { 0 };
	unsigned collection = 0;
	int r = arena ? 0 : -ENOMEM;

	while (!r) {
		r = yaml_next(yaml, arena, &root, &why);
		if (r && r != -EINVAL)
			return r;
		if (!r && !root)
			return 0;
		if (!r && root->kind == YAML_NULL)
			continue;
		if (!r && yaml_get(root, "brands")) {
			r = read_brands(reader, name, file, root);
			continue;
		}
		if (report_begin(reader, name, &report))
			return -ENOMEM;
		if (r) {
			report->verdict = RULE_REFUSED;
			why_set(&report->why, why.line, why.column, "%s", why.reason);
			r = 0;
			continue;
		}
		/* Documents behind a collection's mean less than they say. */
		if (collection && !is_collection(root)) {
			report->verdict = RULE_REFUSED;
			(void)yaml_refuse(
				&report->why, root,
				"part of the collection ('action') of line %u, which "
				"is not supported",
				collection);
			r = report_text(reader, root, "title", &report->title);
			continue;
		}
		r = read_document(reader, file, root, report);
		if (is_collection(root))
			collection = root->line;
	}
	return r;
}

int rule_reader_add_text(struct rule_reader *reader, const char *name, struct text text)
{
	AUTO(yaml) struct yaml *yaml = NULL;
	uint32_t before = reader->report_count;
	struct text file = { 0 };
	int r = arena_copy(reader->arena, text_of(name), &file);

	if (!r)
		r = yaml_open(text, &yaml);
	if (!r)
		r = read_documents(reader, name, file, yaml);
	if (!r && reader->report_count == before)
		r = refuse_file(reader, name, "the file has no rule in it");
	return r;
}

int rule_reader_add(struct rule_reader *reader, const char *path, struct why *why)
{
	AUTO(rule_files) struct rule_files files = { 0 };
	AUTO(buffer) struct buffer bytes;
	int r = rule_files_find(path, &files, why);

	buffer_init(&bytes, RULE_FILE_SIZE_MAX);
	for (size_t i = 0; !r && i < files.count; i++) {
		buffer_clear(&bytes);
		r = rule_file_read(files.paths[i], &bytes);
		if (r == -E2BIG) {
			r = refuse_file(reader, files.paths[i],
					"the file is larger than 8 MiB");
			continue;
		}
		if (!r)
			r = rule_reader_add_text(reader, files.paths[i],
						 buffer_view(&bytes));
		if (r) {
			why_file(why, files.paths[i]);
			why_set(why, 0, 0, "%s", strerror(-r));
		}
	}
	return r;
}

const struct rule_report *rule_reader_reports(const struct rule_reader *reader,
					      uint32_t *count)
{
	*count = reader->report_count;
	return reader->reports;
}

void entry_refuse(struct rule_reader *reader, const struct entry *entry, unsigned line,
		  unsigned column, const char *format, ...)
{
	struct rule_report *report = &reader->reports[entry->report];
	const struct yaml_node place = { .line = line, .column = column };
	char reason[sizeof(report->why.reason)];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	report->verdict = RULE_REFUSED;
	(void)yaml_refuse(&report->why, &place, "%s", reason);
}
