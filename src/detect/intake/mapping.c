// SPDX-License-Identifier: Apache-2.0
// What a mapping file says of log shapes that cannot be told by themselves.
#include "detect/intake/mapping.h"

#include <errno.h>

#include "base/file.h"
#include "format/yaml.h"

#define FILE_SIZE_MAX  (1 << 20)   /* bytes of a mapping file */
#define ARENA_SIZE_MAX (64u << 20) /* bytes that reading it may take */

static int copy_scalar(const struct yaml_node *node, const char *what,
		       struct arena *arena, struct text *out, struct why *why)
{
	if (!yaml_is_scalar(node) || node->kind == YAML_NULL)
		return yaml_refuse(why, node, "%s is %s, expected a text", what,
				   yaml_kind_name(node));
	return arena_copy(arena, node->text, out);
}

/* A map of texts. */
static int read_pairs(const struct yaml_node *node, const char *what, struct arena *arena,
		      struct mapping_pair **out, uint32_t *count, struct why *why)
{
	struct mapping_pair *pairs;
	int r = 0;

	if (node->kind != YAML_MAP || node->count == 0)
		return yaml_refuse(why, node, "%s is %s, expected a map of names", what,
				   yaml_kind_name(node));
	pairs = arena_array(arena, node->count, sizeof(*pairs));
	if (!pairs)
		return -ENOMEM;
	for (uint32_t i = 0; i < node->count && r == 0; i++) {
		r = copy_scalar(node->items[2 * i], what, arena, &pairs[i].name, why);
		if (r == 0)
			r = copy_scalar(node->items[2 * i + 1], what, arena,
					&pairs[i].value, why);
	}
	*out = pairs;
	*count = node->count;
	return r;
}

static struct text scalar_of(const struct yaml_node *map, const char *key)
{
	const struct yaml_node *node = yaml_get(map, key);

	return node && yaml_is_scalar(node) && node->kind != YAML_NULL
		       ? node->text
		       : (struct text){ 0 };
}

/* A Sigma log source -> the source of events that rules for it look at. */
static int read_logsource(const struct yaml_node *node, struct arena *arena,
			  struct text *out, struct why *why)
{
	struct text product = scalar_of(node, "product");
	struct text category = scalar_of(node, "category");
	struct text service = scalar_of(node, "service");
	size_t size = product.size + category.size + service.size + 2;
	bool short_form =
		text_is(product, TEXT("linux")) || text_is(product, TEXT("macos"));
	char *at;

	if (node->kind != YAML_MAP || size == 2)
		return yaml_refuse(why, node,
				   "logsource has no product, category or service");
	if (text_is(product, TEXT("windows")))
		return yaml_refuse(why, node,
				   "Windows events are told by their channel: "
				   "expected 'source: windows:CHANNEL'");
	at = arena_alloc(arena, size);
	if (!at)
		return -ENOMEM;
	*out = (struct text){ .at = at };
	if (product.size)
		at = mempcpy(at, product.at, product.size);
	*at++ = short_form ? ':' : '/';
	if (category.size)
		at = mempcpy(at, category.at, category.size);
	if (!short_form)
		*at++ = '/';
	else if (category.size)
		service.size = 0;
	if (service.size)
		at = mempcpy(at, service.at, service.size);
	out->size = (size_t)(at - out->at);
	return 0;
}

static int refuse_unknown(const struct yaml_node *root, struct why *why)
{
	static const char *const known[] = { "name",      "format", "when", "source",
					     "logsource", "time",   "id",   "fields" };

	for (uint32_t i = 0; i < root->count; i++) {
		const struct yaml_node *key = root->items[2 * i];
		bool found = false;

		for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			found |= text_is(key->text, text_of(known[k]));
		if (!found)
			return yaml_refuse(
				why, key,
				"'%.*s' is unknown here, expected name, format, when, "
				"source, logsource, time, id or fields",
				YAML_SHOW(key->text));
	}
	return 0;
}

static int read_source(const struct yaml_node *root, struct arena *arena,
		       struct mapping *out, struct why *why)
{
	const struct yaml_node *source = yaml_get(root, "source");
	const struct yaml_node *logsource = yaml_get(root, "logsource");
	char *lower;
	int r;

	if (!source == !logsource)
		return yaml_refuse(why, root, "expected either source or logsource");
	if (logsource)
		r = read_logsource(logsource, arena, &out->source, why);
	else
		r = copy_scalar(source, "source", arena, &out->source, why);
	if (r)
		return r;
	/* Sources are lower case everywhere. */
	lower = arena_alloc(arena, out->source.size);
	if (!lower)
		return -ENOMEM;
	for (size_t i = 0; i < out->source.size; i++) {
		char c = out->source.at[i];

		lower[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	out->source.at = lower;
	return 0;
}

static int read_format(const struct yaml_node *root, struct mapping *out, struct why *why)
{
	const struct yaml_node *node = yaml_get(root, "format");

	if (!node)
		return 0;
	out->is_text = yaml_is_scalar(node) && text_is(node->text, TEXT("text"));
	if (!out->is_text && !(yaml_is_scalar(node) && text_is(node->text, TEXT("json"))))
		return yaml_refuse(why, node, "format is neither json nor text");
	return 0;
}

static int read_mapping(const struct yaml_node *root, struct arena *arena,
			struct mapping *out, struct why *why)
{
	struct {
		const char *key;
		struct text *place;
	} texts[] = { { "name", &out->name },
		      { "time", &out->time },
		      { "id", &out->id } };
	const struct yaml_node *node;
	int r;

	if (root->kind != YAML_MAP)
		return yaml_refuse(why, root, "the document is %s, expected a map",
				   yaml_kind_name(root));
	r = refuse_unknown(root, why);
	if (r == 0)
		r = read_source(root, arena, out, why);
	if (r == 0)
		r = read_format(root, out, why);
	for (size_t i = 0; i < 3 && r == 0; i++) {
		node = yaml_get(root, texts[i].key);
		if (node)
			r = copy_scalar(node, texts[i].key, arena, texts[i].place, why);
	}
	if (r)
		return r;
	node = yaml_get(root, "when");
	if (node)
		r = read_pairs(node, "when", arena, &out->when, &out->when_count, why);
	else if (!out->is_text)
		r = yaml_refuse(why, root,
				"expected 'when': how these documents are told");
	if (r)
		return r;
	node = yaml_get(root, "fields");
	return node ? read_pairs(node, "fields", arena, &out->fields, &out->field_count,
				 why)
		    : 0;
}

int mappings_parse(struct text yaml, const char *name, struct mappings *out,
		   struct why *why)
{
	struct mappings mappings = { .arena = arena_create(ARENA_SIZE_MAX) };
	AUTO(yaml) struct yaml *reader = NULL;
	struct yaml_node *root = NULL;
	int r = mappings.arena ? yaml_open(yaml, &reader) : -ENOMEM;

	why_file(why, name);
	if (r == 0) {
		mappings.mapping = arena_array(mappings.arena, MAPPINGS_MAX,
					       sizeof(*mappings.mapping));
		r = mappings.mapping ? 0 : -ENOMEM;
	}
	while (r == 0 && (r = yaml_next(reader, mappings.arena, &root, why)) == 0 &&
	       root) {
		if (mappings.count == MAPPINGS_MAX)
			r = yaml_refuse(why, root, "more than %u documents",
					MAPPINGS_MAX);
		else
			r = read_mapping(root, mappings.arena,
					 &mappings.mapping[mappings.count++], why);
	}
	if (r == 0 && mappings.count == 0) {
		why_set(why, 0, 0, "the file is empty, expected a mapping");
		r = -EINVAL;
	}
	if (r) {
		mappings_done(&mappings);
		return r;
	}
	*out = mappings;
	return 0;
}

int mappings_read(const char *path, struct mappings *out, struct why *why)
{
	AUTO(buffer) struct buffer bytes;
	int r;

	buffer_init(&bytes, FILE_SIZE_MAX);
	r = file_read(path, &bytes);
	if (r) {
		why_file(why, path);
		why_set(why, 0, 0, "cannot be read: %s", strerror(-r));
		return r;
	}
	return mappings_parse(buffer_view(&bytes), path, out, why);
}

void mappings_done(struct mappings *mappings)
{
	arena_free(mappings->arena);
	*mappings = (struct mappings){ 0 };
}

const struct mapping *mappings_text(const struct mappings *mappings)
{
	for (uint32_t i = 0; mappings && i < mappings->count; i++)
		if (mappings->mapping[i].is_text)
			return &mappings->mapping[i];
	return NULL;
}
