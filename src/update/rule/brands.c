// SPDX-License-Identifier: Apache-2.0
// Brands whose look-alikes are to be told: a short way to write the rules for them.
#include "update/rule/brands.h"

#include <errno.h>

#include "update/rule/head.h"

/* The events that have names of hosts, and the field. */
static const struct {
	const char *what, *logsource, *field;
} places[] = {
	{ "asked for in DNS", "{ category: dns_query }", "QueryName" },
	{ "asked for in TLS", "{ product: zeek, service: ssl }", "server_name" },
};

/* An id that is the same wherever the rule is written (RFC 9562, 5.8), of FNV-1a over its title. */
static void write_id(struct buffer *out, const char *what, struct text domain)
{
	uint64_t halves[2] = { 0xcbf29ce484222325u, 0x84222325cbf29ce4u };

	for (unsigned i = 0; i < 2; i++) {
		for (const char *at = what; *at; at++)
			halves[i] = (halves[i] ^ (uint8_t)*at) * 0x100000001b3u;
		for (size_t at = 0; at < domain.size; at++)
			halves[i] = (halves[i] ^ (uint8_t)domain.at[at]) * 0x100000001b3u;
	}
	buffer_format(out, "%08x-%04x-8%03x-%04x-%012llx", (unsigned)(halves[0] >> 32),
		      (unsigned)(halves[0] >> 16 & 0xffff), (unsigned)(halves[0] & 0xfff),
		      (unsigned)(halves[1] >> 48 & 0x3fff) | 0x8000,
		      (unsigned long long)(halves[1] & 0xffffffffffff));
}

/* A list of the brand's other names, each with ${dot} before it. */
static void write_own(struct buffer *out, const struct brand *brand, const char *dot)
{
	for (uint32_t i = 0; i < brand->own_count; i++)
		buffer_format(out, "%s'%s%.*s'", i ? ", " : " [", dot,
			      (int)brand->own[i].size, brand->own[i].at);
	buffer_string(out, "]\n");
}

static void write_rule(struct buffer *out, unsigned place, const struct brand *brand)
{
	const char *field = places[place].field;
	int size = (int)brand->alike.domain_size;

	buffer_format(out, "---\ntitle: Look-alike of %.*s %s\nid: ", size,
		      brand->alike.domain, places[place].what);
	write_id(out, places[place].what, brand->written);
	buffer_format(out,
		      "\nstatus: stable\nlevel: %.*s\nlogsource: %s\n"
		      "tags: [attack.initial-access, attack.t1566.002]\n"
		      "detection:\n  alike:\n    %s|lookalike: '%.*s'\n",
		      (int)brand->level.size, brand->level.at, places[place].logsource,
		      field, (int)brand->written.size, brand->written.at);
	if (!brand->own_count) {
		buffer_string(out, "  condition: alike\n");
		return;
	}
	buffer_format(out, "  own:\n    - %s:", field);
	write_own(out, brand, "");
	buffer_format(out, "    - %s|endswith:", field);
	write_own(out, brand, ".");
	buffer_string(out, "  condition: alike and not own\n");
}

void brand_write(const struct brand *brand, struct buffer *out)
{
	for (unsigned place = 0; place < sizeof(places) / sizeof(places[0]); place++)
		write_rule(out, place, brand);
}

static bool is_domain(struct text text)
{
	for (size_t at = 0; at < text.size; at++) {
		char c = text.at[at];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' &&
		    c != '.')
			return false;
	}
	return text.size && text.at[0] != '.' && text.at[text.size - 1] != '.';
}

static int read_own(const struct yaml_node *list, struct arena *arena, struct brand *out,
		    struct why *why)
{
	int r = 0;

	if (list->kind != YAML_LIST)
		return yaml_refuse(why, list, "'own' is %s: expected a list of domains",
				   yaml_kind_name(list));
	out->own = arena_array(arena, list->count, sizeof(*out->own));
	if (!out->own)
		return -ENOMEM;
	for (uint32_t i = 0; !r && i < list->count; i++) {
		const struct yaml_node *node = list->items[i];

		if (!yaml_is_scalar(node) || !is_domain(node->text))
			return yaml_refuse(why, node,
					   "expected a domain in small letters");
		r = arena_copy(arena, node->text, &out->own[i]);
	}
	out->own_count = list->count;
	return r;
}

static int read_brand(const struct yaml_node *node, struct arena *arena,
		      struct brand *out, struct why *why)
{
	const struct yaml_node *domain, *level, *own;
	const char *expected;
	int r;

	*out = (struct brand){ .level = TEXT("high") };
	if (node->kind != YAML_MAP)
		return yaml_refuse(why, node, "%s where a brand was expected",
				   yaml_kind_name(node));
	domain = yaml_get(node, "domain");
	if (!domain || !yaml_is_scalar(domain))
		return yaml_refuse(why, node, "a brand without its 'domain'");
	expected = lookalike_brand_set(&out->alike, domain->text);
	if (expected)
		return yaml_refuse(why, domain,
				   "'%.*s' is no brand's domain: expected %s",
				   YAML_SHOW(domain->text), expected);
	level = yaml_get(node, "level");
	if (level && (!yaml_is_scalar(level) || !head_knows_level(level->text)))
		return yaml_refuse(why, level,
				   "a level is informational, low, medium, high or "
				   "critical");
	r = arena_copy(arena, domain->text, &out->written);
	if (!r && level)
		r = arena_copy(arena, level->text, &out->level);
	own = yaml_get(node, "own");
	return r || !own ? r : read_own(own, arena, out, why);
}

int brands_read(const struct yaml_node *root, struct arena *arena, struct brand **out,
		uint32_t *count, struct why *why)
{
	const struct yaml_node *list = yaml_get(root, "brands");
	struct brand *brands;
	int r = 0;

	if (!list || list->kind != YAML_LIST || !list->count)
		return yaml_refuse(why, list ? list : root,
				   "'brands' is a list of brands");
	brands = arena_array(arena, list->count, sizeof(*brands));
	if (!brands)
		return -ENOMEM;
	for (uint32_t i = 0; !r && i < list->count; i++)
		r = read_brand(list->items[i], arena, &brands[i], why);
	*out = brands;
	*count = list->count;
	return r;
}

enum lookalike brand_check(const struct brand *brand, struct text name)
{
	for (uint32_t i = 0; i < brand->own_count; i++)
		if (lookalike_is_below(brand->own[i], name))
			return LOOKALIKE_NONE;
	return lookalike_check(&brand->alike, name);
}
