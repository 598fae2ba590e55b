// SPDX-License-Identifier: Apache-2.0
// "Field|contains|all": which field, and what its modifiers ask for together.
#include "update/regex/regex_compile.h"
#include "update/rule/modifier.h"

#include "update/rule/suggest.h"

enum modifier_group {
	GROUP_PLACE,
	GROUP_SWITCH,
	GROUP_KIND,
	GROUP_REGEX_FLAG,
	GROUP_WINDASH,
	GROUP_UTF16,
	GROUP_BASE64,
	GROUP_NUMBER,
	GROUP_TIME,
};

struct modifier {
	const char *name;
	enum modifier_group group;
	uint8_t value;
};

static const struct modifier modifiers[] = {
#define MODIFIER(name_, group_, value_) { name_, GROUP_##group_, value_ },
#include "update/rule/modifier.def"
#undef MODIFIER
};

#define MODIFIER_COUNT (sizeof(modifiers) / sizeof(modifiers[0]))

_Static_assert(MODIFIER_COUNT <= 64, "modifiers that were seen are bits of 64");

/* A chain being read: the place of the modifier at hand, and the ones before it. */
struct reader {
	struct chain *chain;
	struct yaml_node at;
	struct why *why;
	uint64_t seen;        /* bit by number in modifiers[] */
	const char *encoding; /* of utf16 and base64 the one seen last */
};

static int refuse_order(const struct reader *reader, const char *first, const char *then)
{
	return yaml_refuse(reader->why, &reader->at, "'%s' must come before '%s'", first,
			   then);
}

static int refuse_both(const struct reader *reader, const char *one, const char *other)
{
	return yaml_refuse(reader->why, &reader->at, "'%s' and '%s' do not go together",
			   one, other);
}

static int set_kind(struct reader *reader, enum chain_kind kind, const char *name)
{
	struct chain *chain = reader->chain;

	if (chain->kind_name)
		return refuse_both(reader, chain->kind_name, name);
	/* A text that already has wildcards around it is no regex and no network any more. */
	if (chain->place_name && kind != CHAIN_REF)
		return refuse_order(reader, name, chain->place_name);
	chain->kind = kind;
	chain->kind_name = name;
	return 0;
}

static int set_utf16(struct reader *reader, enum utf16_form form, const char *name)
{
	struct chain *chain = reader->chain;

	if (reader->encoding)
		return chain->base64_name ? refuse_order(reader, name, chain->base64_name)
					  : refuse_both(reader, reader->encoding, name);
	chain->utf16 = form;
	chain->utf16_name = reader->encoding = name;
	return 0;
}

static int set_base64(struct reader *reader, bool offset, const char *name)
{
	struct chain *chain = reader->chain;

	if (chain->base64_name)
		return refuse_both(reader, chain->base64_name, name);
	if (chain->place_name)
		return yaml_refuse(
			reader->why, &reader->at,
			"'%s' must come before '%s', whose wildcards have no Base64",
			name, chain->place_name);
	chain->base64 = !offset;
	chain->base64offset = offset;
	chain->base64_name = reader->encoding = name;
	return 0;
}

static int apply(struct reader *reader, const struct modifier *modifier)
{
	struct chain *chain = reader->chain;

	switch (modifier->group) {
	case GROUP_PLACE:
		if (chain->place_name)
			return refuse_both(reader, chain->place_name, modifier->name);
		chain->place = modifier->value;
		chain->place_name = modifier->name;
		return 0;
	case GROUP_SWITCH:
		*((bool *)chain + modifier->value) = true;
		return 0;
	case GROUP_KIND:
		return set_kind(reader, modifier->value, modifier->name);
	case GROUP_REGEX_FLAG:
		if (chain->kind != CHAIN_REGEX)
			return yaml_refuse(reader->why, &reader->at,
					   "'%s' must follow 're'", modifier->name);
		chain->regex_flags |= modifier->value;
		return 0;
	case GROUP_WINDASH:
		if (reader->encoding)
			return refuse_order(reader, modifier->name, reader->encoding);
		chain->windash = true;
		return 0;
	case GROUP_UTF16:
		return set_utf16(reader, modifier->value, modifier->name);
	case GROUP_BASE64:
		return set_base64(reader, modifier->value, modifier->name);
	case GROUP_NUMBER:
		chain->match = modifier->value;
		return set_kind(reader, CHAIN_NUMBER, modifier->name);
	case GROUP_TIME:
		chain->match = modifier->value;
		return set_kind(reader, CHAIN_TIME, modifier->name);
	}
	return 0;
}

static int find(const struct reader *reader, struct text name, size_t *out)
{
	struct suggest suggest;
	char phrase[SUGGEST_PHRASE_SIZE];

	suggest_begin(&suggest, name);
	for (size_t i = 0; i < MODIFIER_COUNT; i++) {
		if (text_is(name, text_of(modifiers[i].name))) {
			*out = i;
			return 0;
		}
		suggest_try(&suggest, text_of(modifiers[i].name));
	}
	return yaml_refuse(reader->why, &reader->at, "the modifier '%.*s' is not known%s",
			   YAML_SHOW(name), suggest_phrase(&suggest, phrase));
}

static int read_one(struct reader *reader, struct text name)
{
	size_t number = 0;
	int r = find(reader, name, &number);

	if (r)
		return r;
	if (reader->seen >> number & 1)
		return yaml_refuse(reader->why, &reader->at, "'%s' is there twice",
				   modifiers[number].name);
	reader->seen |= (uint64_t)1 << number;
	return apply(reader, &modifiers[number]);
}

/* What can only be judged when all are known. */
static int check(const struct reader *reader, bool is_keyword)
{
	const struct chain *chain = reader->chain;
	bool is_text = chain->kind == CHAIN_TEXT;
	bool is_regex = chain->kind == CHAIN_REGEX;

	if (!is_text && chain->windash)
		return refuse_both(reader, chain->kind_name, "windash");
	if (!is_text && chain->utf16_name)
		return refuse_both(reader, chain->kind_name, chain->utf16_name);
	if (!is_text && chain->base64_name)
		return refuse_both(reader, chain->kind_name, chain->base64_name);
	if (chain->place_name && !is_text && !is_regex && chain->kind != CHAIN_REF)
		return refuse_both(reader, chain->kind_name, chain->place_name);
	if (chain->cased && !is_text && !is_regex && chain->kind != CHAIN_REF)
		return refuse_both(reader, chain->kind_name, "cased");
	if (chain->cased && chain->regex_flags & REGEX_IGNORE_CASE)
		return refuse_both(reader, "i", "cased");
	if (chain->expand && (chain->kind == CHAIN_EXISTS || chain->kind == CHAIN_TIME))
		return refuse_both(reader, chain->kind_name, "expand");
	if (chain->utf16 == UTF16_BOM && !chain->base64_name)
		return yaml_refuse(
			reader->why, &reader->at,
			"'utf16' without 'base64' or 'base64offset': a byte order "
			"mark stands in no text");
	if (is_keyword && !is_text && !is_regex)
		return yaml_refuse(reader->why, &reader->at, "'%s' needs a field",
				   chain->kind_name);
	return 0;
}

int modifier_read(const struct yaml_node *key, struct text *field, struct chain *chain,
		  struct why *why)
{
	struct text text = key->text, name;
	struct reader reader = { .chain = chain, .at = yaml_at(key, 0), .why = why };
	size_t from = 0, end;
	const char *bar;
	int r = 0;

	*chain = (struct chain){ 0 };
	for (bool first = true; !r && from <= text.size; first = false, from = end + 1) {
		bar = from < text.size ? memchr(text.at + from, '|', text.size - from)
				       : NULL;
		end = bar ? (size_t)(bar - text.at) : text.size;
		name = text_part(text, from, end - from);
		reader.at = yaml_at(key, from);
		if (first)
			*field = name;
		else
			r = read_one(&reader, name);
	}
	return r ? r : check(&reader, !field->size);
}
