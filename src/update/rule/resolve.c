// SPDX-License-Identifier: Apache-2.0
// What documents say of each other: filters, correlations, who alerts; and the final numbers.
#include <errno.h>

#include "base/table.h"
#include "update/rule/condition.h"
#include "update/rule/reader.h"
#include "update/rule/suggest.h"

#define CORRELATION_DEPTH_MAX 16 /* correlations of correlations of ... */

#define AMBIGUOUS (TABLE_NONE - 1u) /* two documents have the name */

struct resolver {
	struct rule_reader *reader;
	struct table names; /* ids and names -> number in entries[], or AMBIGUOUS */
	uint32_t *final;    /* of each entry: its number in the rule_set */
	uint8_t *quiet,
		*wanted; /* of each entry: a usable correlation without, with generate */
};

static void auto_resolver(struct resolver *resolver)
{
	table_done(&resolver->names);
	free(resolver->final);
	free(resolver->quiet);
	free(resolver->wanted);
}

/* The order of files, then of documents: the same whatever order the files were added in. */
static int by_place(const void *a, const void *b)
{
	const struct entry *one = a, *two = b;
	int order = strcmp(document_head(&one->document)->file.at,
			   document_head(&two->document)->file.at);

	return order ? order : (one->report > two->report) - (one->report < two->report);
}

static int put_name(struct resolver *resolver, uint32_t number, struct text name)
{
	uint32_t old = table_get(&resolver->names, name);

	if (!name.size || old == number)
		return 0;
	return table_put(&resolver->names, name, old == TABLE_NONE ? number : AMBIGUOUS);
}

/* Ids are unique among rules and correlations; names must be only where they are used. */
static int name_entries(struct resolver *resolver)
{
	struct rule_reader *reader = resolver->reader;
	AUTO(table) struct table ids = { 0 };
	int r = 0;

	for (uint32_t i = 0; !r && i < reader->entry_count; i++) {
		struct entry *entry = &reader->entries[i];
		const struct rule_head *head = document_head(&entry->document);
		uint32_t other = TABLE_NONE;

		if (entry->document.kind == DOCUMENT_FILTER)
			continue;
		if (head->id.size)
			other = table_get(&ids, head->id);
		if (other != TABLE_NONE) {
			const struct rule_head *first =
				document_head(&reader->entries[other].document);

			entry_refuse(reader, entry, head->line, 0,
				     "the id %.*s is already that of '%.*s' (%.*s)",
				     YAML_SHOW(head->id), YAML_SHOW(first->title),
				     YAML_SHOW(first->file));
			continue;
		}
		if (head->id.size)
			r = table_put(&ids, head->id, i);
		if (!r)
			r = put_name(resolver, i, head->id);
		if (!r)
			r = put_name(resolver, i, head->name);
	}
	return r;
}

/* Whether a document that was refused has the id: the likely reason why it cannot be found. */
static bool is_refused(const struct rule_reader *reader, struct text id)
{
	for (uint32_t i = 0; i < reader->report_count; i++)
		if (reader->reports[i].verdict == RULE_REFUSED &&
		    text_is(reader->reports[i].id, id))
			return true;
	return false;
}

/* The entry that ${reference} names; NULL, with the entry ${by} refused, where there is none. */
static struct entry *look_up(struct resolver *resolver, const struct entry *by,
			     const struct reference *reference)
{
	struct rule_reader *reader = resolver->reader;
	uint32_t number = table_get(&resolver->names, reference->name);
	char phrase[SUGGEST_PHRASE_SIZE];
	struct suggest suggest;

	if (number < AMBIGUOUS)
		return &reader->entries[number];
	if (number == AMBIGUOUS) {
		entry_refuse(reader, by, reference->line, reference->column,
			     "more than one rule is named '%.*s'",
			     YAML_SHOW(reference->name));
		return NULL;
	}
	if (is_refused(reader, reference->name)) {
		entry_refuse(reader, by, reference->line, reference->column,
			     "names a rule that is refused: '%.*s'",
			     YAML_SHOW(reference->name));
		return NULL;
	}
	suggest_begin(&suggest, reference->name);
	for (uint32_t i = 0; i < resolver->names.count; i++)
		suggest_try(&suggest, resolver->names.entries[i].key);
	entry_refuse(reader, by, reference->line, reference->column,
		     "names a rule that is not there: '%.*s'%s",
		     YAML_SHOW(reference->name), suggest_phrase(&suggest, phrase));
	return NULL;
}

static int filter_rule(struct arena *arena, struct rule *rule,
		       const struct filter *filter)
{
	struct rule_node *both[2] = { rule->condition, filter->condition };
	int r = condition_join(arena, NODE_AND, both, 2, &rule->condition);

	rule->filter_count += !r;
	return r;
}

/*
 * The rule that a filter names; NULL where there is none to filter.  A filter that cannot be
 * applied as a whole is refused: half of it would be a hole or a flood.
 */
static struct rule *filtered_rule(struct resolver *resolver, const struct entry *by,
				  const struct reference *reference)
{
	const struct filter *filter = by->document.filter;
	const struct entry *entry;

	/* A rule that does not run needs no filter. */
	if (table_get(&resolver->names, reference->name) == TABLE_NONE &&
	    is_refused(resolver->reader, reference->name))
		return NULL;
	entry = look_up(resolver, by, reference);
	if (!entry)
		return NULL;
	if (entry->document.kind == DOCUMENT_CORRELATION) {
		entry_refuse(resolver->reader, by, reference->line, reference->column,
			     "'%.*s' is a correlation: filters are for rules",
			     YAML_SHOW(reference->name));
		return NULL;
	}
	if (!filter_fits(filter, &entry->document.rule->logsource)) {
		entry_refuse(resolver->reader, by, reference->line, reference->column,
			     "the log source of '%.*s' is not the filter's",
			     YAML_SHOW(reference->name));
		return NULL;
	}
	return entry->document.rule;
}

static int apply_filter(struct resolver *resolver, const struct entry *by)
{
	struct rule_reader *reader = resolver->reader;
	const struct filter *filter = by->document.filter;
	struct rule *rule;
	int r = 0;

	for (uint32_t i = 0; i < filter->reference_count && entry_is_usable(reader, by);
	     i++)
		(void)filtered_rule(resolver, by, &filter->references[i]);
	if (!entry_is_usable(reader, by))
		return 0;
	for (uint32_t i = 0; !r && i < filter->reference_count; i++) {
		rule = filtered_rule(resolver, by, &filter->references[i]);
		if (rule)
			r = filter_rule(reader->arena, rule, filter);
	}
	for (uint32_t i = 0; !r && filter->any && i < reader->entry_count; i++) {
		const struct document *document = &reader->entries[i].document;

		if (document->kind == DOCUMENT_RULE &&
		    filter_fits(filter, &document->rule->logsource))
			r = filter_rule(reader->arena, document->rule, filter);
	}
	return r;
}

static int apply_filters(struct resolver *resolver)
{
	struct rule_reader *reader = resolver->reader;
	int r = 0;

	for (uint32_t i = 0; !r && i < reader->entry_count; i++)
		if (reader->entries[i].document.kind == DOCUMENT_FILTER)
			r = apply_filter(resolver, &reader->entries[i]);
	return r;
}

/* Aliases speak of parts, each with one field for every alias that is used. */
static void check_aliases(struct resolver *resolver, const struct entry *by)
{
	const struct correlation_draft *draft = by->document.correlation;

	for (uint32_t i = 0; i < draft->alias_count; i++) {
		const struct alias *alias = &draft->aliases[i];
		uint32_t known = 0;

		for (uint32_t k = 0; k < alias->count; k++) {
			const struct reference *rule = &alias->fields[k].rule;
			uint32_t number = table_get(&resolver->names, rule->name);
			bool found = false;

			for (uint32_t p = 0; p < draft->reference_count && !found; p++)
				found = number < AMBIGUOUS &&
					number == table_get(&resolver->names,
							    draft->references[p].name);
			known += found;
			if (!found)
				entry_refuse(
					resolver->reader, by, rule->line, rule->column,
					"the alias names '%.*s', which is not one of the "
					"correlation's rules",
					YAML_SHOW(rule->name));
		}
		if (known < draft->reference_count &&
		    entry_is_usable(resolver->reader, by))
			entry_refuse(
				resolver->reader, by,
				by->document.correlation->body.head.line, 0,
				"the alias '%.*s' does not name a field for each rule",
				YAML_SHOW(alias->name));
	}
}

/*
 * Settle one correlation if its parts are: *progress where it became usable for others, or
 * refused.
 */
static void settle(struct resolver *resolver, struct entry *entry, bool *progress)
{
	const struct correlation_draft *draft = entry->document.correlation;
	uint32_t depth = 1;

	for (uint32_t i = 0; i < draft->reference_count; i++) {
		const struct reference *reference = &draft->references[i];
		const struct entry *part = look_up(resolver, entry, reference);

		if (part && !entry_is_usable(resolver->reader, part))
			entry_refuse(resolver->reader, entry, reference->line,
				     reference->column,
				     "names a rule that is refused: '%.*s'",
				     YAML_SHOW(reference->name));
		if (!entry_is_usable(resolver->reader, entry)) {
			*progress = true;
			return;
		}
		for (uint32_t k = 0; k < i; k++)
			if (look_up(resolver, entry, &draft->references[k]) == part)
				entry_refuse(resolver->reader, entry, reference->line,
					     reference->column, "'%.*s' is there twice",
					     YAML_SHOW(reference->name));
		if (part->document.kind != DOCUMENT_CORRELATION)
			continue;
		if (!part->depth)
			return;
		if (depth < part->depth + 1)
			depth = part->depth + 1;
	}
	if (entry_is_usable(resolver->reader, entry))
		check_aliases(resolver, entry);
	entry->depth = depth;
	*progress = true;
}

/* Parts first: each pass settles at least the correlations one level further up. */
static void settle_all(struct resolver *resolver)
{
	struct rule_reader *reader = resolver->reader;
	bool progress = true;

	for (int pass = 0; progress && pass < CORRELATION_DEPTH_MAX; pass++) {
		progress = false;
		for (uint32_t i = 0; i < reader->entry_count; i++) {
			struct entry *entry = &reader->entries[i];

			if (entry->document.kind == DOCUMENT_CORRELATION &&
			    !entry->depth && entry_is_usable(reader, entry))
				settle(resolver, entry, &progress);
		}
	}
	for (uint32_t i = 0; i < reader->entry_count; i++) {
		struct entry *entry = &reader->entries[i];
		bool is_open = entry->document.kind == DOCUMENT_CORRELATION &&
			       entry_is_usable(reader, entry) &&
			       (!entry->depth || entry->depth > CORRELATION_DEPTH_MAX);

		if (is_open)
			entry_refuse(
				reader, entry, document_head(&entry->document)->line, 0,
				"the correlations that it builds on form a circle, or a "
				"chain of more than %d",
				CORRELATION_DEPTH_MAX);
	}
}

/* Its number in entries[]; the correlation is settled, so every name is good. */
static uint32_t part_number(const struct resolver *resolver,
			    const struct reference *reference)
{
	return table_get(&resolver->names, reference->name);
}

/* Who is spoken of by correlations that let their parts alert, and who by others. */
static void note_parts(struct resolver *resolver)
{
	struct rule_reader *reader = resolver->reader;

	for (uint32_t i = 0; i < reader->entry_count; i++) {
		const struct entry *entry = &reader->entries[i];
		const struct correlation_draft *draft = entry->document.correlation;

		if (entry->document.kind != DOCUMENT_CORRELATION ||
		    !entry_is_usable(reader, entry))
			continue;
		for (uint32_t k = 0; k < draft->reference_count; k++) {
			uint32_t part = part_number(resolver, &draft->references[k]);

			*(draft->generate ? &resolver->wanted[part]
					  : &resolver->quiet[part]) = 1;
		}
	}
}

static void number_entries(struct resolver *resolver, struct rule_set *set)
{
	struct rule_reader *reader = resolver->reader;

	for (uint32_t i = 0; i < reader->entry_count; i++) {
		const struct entry *entry = &reader->entries[i];

		if (!entry_is_usable(reader, entry))
			continue;
		if (entry->document.kind == DOCUMENT_RULE)
			resolver->final[i] = set->rule_count++;
		else if (entry->document.kind == DOCUMENT_CORRELATION)
			resolver->final[i] = set->correlation_count++;
	}
}

/* The alias named ${name}, or NULL. */
static const struct alias *find_alias(const struct correlation_draft *draft,
				      struct text name)
{
	for (uint32_t i = 0; i < draft->alias_count; i++)
		if (text_is(draft->aliases[i].name, name))
			return &draft->aliases[i];
	return NULL;
}

/* What a key is called in the events of part ${part}: by alias, or by its own name. */
static struct text name_in_part(const struct resolver *resolver,
				const struct correlation_draft *draft, struct text name,
				uint32_t part)
{
	const struct alias *alias = find_alias(draft, name);
	uint32_t wanted = part_number(resolver, &draft->references[part]);

	for (uint32_t i = 0; alias && i < alias->count; i++)
		if (part_number(resolver, &alias->fields[i].rule) == wanted)
			return alias->fields[i].field;
	return name;
}

static int name_keys(const struct resolver *resolver,
		     const struct correlation_draft *draft, struct correlation_key *keys,
		     uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		keys[i].in_part =
			arena_array(resolver->reader->arena, draft->reference_count,
				    sizeof(struct text));
		if (!keys[i].in_part)
			return -ENOMEM;
		for (uint32_t k = 0; k < draft->reference_count; k++)
			keys[i].in_part[k] =
				name_in_part(resolver, draft, keys[i].name, k);
	}
	return 0;
}

static int finish_correlation(const struct resolver *resolver, uint32_t number,
			      struct correlation *out)
{
	struct rule_reader *reader = resolver->reader;
	struct correlation_draft *draft = reader->entries[number].document.correlation;
	struct correlation body = draft->body;
	int r;

	body.part_count = draft->reference_count;
	body.parts = arena_array(reader->arena, body.part_count, sizeof(*body.parts));
	if (!body.parts)
		return -ENOMEM;
	for (uint32_t i = 0; i < body.part_count; i++) {
		uint32_t part = part_number(resolver, &draft->references[i]);

		body.parts[i].index = resolver->final[part];
		body.parts[i].is_correlation =
			reader->entries[part].document.kind == DOCUMENT_CORRELATION;
	}
	body.silent = resolver->quiet[number] && !resolver->wanted[number];
	r = name_keys(resolver, draft, body.keys, body.key_count);
	if (!r)
		r = name_keys(resolver, draft, body.fields, body.field_count);
	if (!r)
		*out = body;
	return r;
}

static int fill(struct resolver *resolver, struct rule_set *set)
{
	struct rule_reader *reader = resolver->reader;
	int r = 0;

	set->rules = arena_array(reader->arena, set->rule_count, sizeof(*set->rules));
	set->correlations = arena_array(reader->arena, set->correlation_count,
					sizeof(*set->correlations));
	if (!set->rules || !set->correlations)
		return -ENOMEM;
	for (uint32_t i = 0; !r && i < reader->entry_count; i++) {
		const struct entry *entry = &reader->entries[i];
		uint32_t number = resolver->final[i];

		if (!entry_is_usable(reader, entry))
			continue;
		reader->reports[entry->report].index = number;
		if (entry->document.kind == DOCUMENT_RULE) {
			set->rules[number] = *entry->document.rule;
			set->rules[number].silent =
				resolver->quiet[i] && !resolver->wanted[i];
		} else if (entry->document.kind == DOCUMENT_CORRELATION) {
			r = finish_correlation(resolver, i, &set->correlations[number]);
		}
	}
	return r;
}

int rule_reader_finish(struct rule_reader *reader, struct rule_set *out)
{
	AUTO(resolver) struct resolver resolver = { .reader = reader };
	struct rule_set set = { .arena = reader->arena };
	size_t count = reader->entry_count ? reader->entry_count : 1;
	int r;

	resolver.final = calloc(count, sizeof(*resolver.final));
	resolver.quiet = calloc(count, sizeof(*resolver.quiet));
	resolver.wanted = calloc(count, sizeof(*resolver.wanted));
	if (!resolver.final || !resolver.quiet || !resolver.wanted)
		return -ENOMEM;
	if (reader->entry_count)
		qsort(reader->entries, reader->entry_count, sizeof(*reader->entries),
		      by_place);
	r = name_entries(&resolver);
	if (!r)
		r = apply_filters(&resolver);
	if (r)
		return r;
	settle_all(&resolver);
	note_parts(&resolver);
	number_entries(&resolver, &set);
	r = fill(&resolver, &set);
	if (!r)
		*out = set;
	return r;
}
