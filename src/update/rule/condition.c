// SPDX-License-Identifier: Apache-2.0
// "selection and not 1 of filter_*" -> a tree, without recursion.
#include "update/rule/condition.h"

#include <errno.h>

#include "update/rule/condition_word.h"
#include "update/rule/suggest.h"

/* A parenthesis that is open, or the whole. */
struct group {
	uint32_t or_first,
		and_first; /* operands of the group, and of its last "and" run */
	bool negated;      /* a "not" stands before the parenthesis */
	size_t at;
};

/* A node on its way into the tree. */
struct operand {
	struct rule_node *node;
	uint32_t weight;
};

struct parser {
	const struct reading *reading;
	const struct yaml_node *node;
	const struct condition_name *names;
	uint32_t name_count;
	struct words words;
	struct group groups[CONDITION_DEPTH_MAX + 1];
	uint32_t depth; /* groups that are open, the whole included */
	struct operand *operands;
	uint32_t operand_count, operand_capacity;
	bool negated; /* "not" before the next operand */
};

static int refuse(const struct parser *parser, const char *expected)
{
	struct yaml_node at = yaml_at(parser->node, parser->words.at);
	struct text word = parser->words.word;

	if (parser->words.kind == WORD_BAR)
		return yaml_refuse(
			parser->reading->why, &at,
			"the condition has a '|': aggregations (count, near ...) are "
			"not supported, correlations replace them");
	if (parser->words.kind == WORD_END)
		return yaml_refuse(parser->reading->why, &at,
				   "the condition ends where %s was expected", expected);
	return yaml_refuse(parser->reading->why, &at,
			   "the condition has '%.*s' where %s was expected",
			   YAML_SHOW(word), expected);
}

int condition_join(struct arena *arena, enum node_kind kind,
		   struct rule_node *const *children, uint32_t count,
		   struct rule_node **out)
{
	struct rule_node *node;

	if (count == 1) {
		*out = children[0];
		return 0;
	}
	node = arena_alloc(arena, sizeof(*node));
	if (!node)
		return -ENOMEM;
	node->kind = kind;
	node->count = count;
	node->children = arena_array(arena, count, sizeof(struct rule_node *));
	if (!node->children)
		return -ENOMEM;
	memcpy(node->children, children, count * sizeof(struct rule_node *));
	*out = node;
	return 0;
}

int condition_not(struct arena *arena, struct rule_node *node, struct rule_node **out)
{
	struct rule_node *negation = arena_alloc(arena, sizeof(*negation));

	if (!negation)
		return -ENOMEM;
	negation->kind = NODE_NOT;
	negation->count = 1;
	negation->children = arena_array(arena, 1, sizeof(struct rule_node *));
	if (!negation->children)
		return -ENOMEM;
	negation->children[0] = node;
	*out = negation;
	return 0;
}

static int push(struct parser *parser, struct operand operand)
{
	uint32_t want = parser->operand_capacity ? parser->operand_capacity * 2 : 16;
	struct operand *grown;

	if (operand.weight > CONDITION_NODES_MAX)
		return yaml_refuse(parser->reading->why, parser->node,
				   "the condition has more than %u parts",
				   CONDITION_NODES_MAX);
	if (parser->operand_count == parser->operand_capacity) {
		grown = realloc(parser->operands, want * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		parser->operands = grown;
		parser->operand_capacity = want;
	}
	parser->operands[parser->operand_count++] = operand;
	return 0;
}

/* The operands from ${first} on become one. */
static int collapse(struct parser *parser, enum node_kind kind, uint32_t first)
{
	AUTO(free) struct rule_node **children = NULL;
	uint32_t count = parser->operand_count - first;
	struct operand all = { .weight = 1 };
	int r;

	if (count < 2)
		return 0;
	children = malloc(count * sizeof(struct rule_node *));
	if (!children)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		children[i] = parser->operands[first + i].node;
		/* No sum of them can wrap: each is within the limit, and so is their number. */
		if (all.weight <= CONDITION_NODES_MAX)
			all.weight += parser->operands[first + i].weight;
	}
	r = condition_join(parser->reading->arena, kind, children, count, &all.node);
	parser->operand_count = first;
	return r ? r : push(parser, all);
}

/* An operand is complete: negate it if so asked, and leave it to its group. */
static int operand_end(struct parser *parser, bool negated)
{
	struct operand *last = &parser->operands[parser->operand_count - 1];

	if (!negated)
		return 0;
	last->weight++;
	return condition_not(parser->reading->arena, last->node, &last->node);
}

static int group_end(struct parser *parser)
{
	struct group *group = &parser->groups[parser->depth - 1];
	int r = collapse(parser, NODE_AND, group->and_first);

	if (!r)
		r = collapse(parser, NODE_OR, group->or_first);
	return r;
}

static int group_open(struct parser *parser)
{
	struct yaml_node at = yaml_at(parser->node, parser->words.at);

	if (parser->depth == CONDITION_DEPTH_MAX + 1)
		return yaml_refuse(
			parser->reading->why, &at,
			"the condition has more than %d parentheses inside one another",
			CONDITION_DEPTH_MAX);
	parser->groups[parser->depth++] =
		(struct group){ .or_first = parser->operand_count,
				.and_first = parser->operand_count,
				.negated = parser->negated };
	parser->negated = false;
	return 0;
}

static int refuse_name(const struct parser *parser)
{
	struct yaml_node at = yaml_at(parser->node, parser->words.at);
	struct text word = parser->words.word;
	struct suggest suggest;
	char phrase[SUGGEST_PHRASE_SIZE];

	suggest_begin(&suggest, word);
	for (uint32_t i = 0; i < parser->name_count; i++)
		suggest_try(&suggest, parser->names[i].name);
	return yaml_refuse(parser->reading->why, &at,
			   "the condition names '%.*s', which is not there%s",
			   YAML_SHOW(word), suggest_phrase(&suggest, phrase));
}

static int read_name(struct parser *parser)
{
	for (uint32_t i = 0; i < parser->name_count; i++)
		if (text_is(parser->names[i].name, parser->words.word))
			return push(parser, (struct operand){ parser->names[i].node,
							      parser->names[i].weight });
	return refuse_name(parser);
}

/*
 * At least ${wanted} of the operands from ${first} on: row[n] is "n of those from i on", built
 * from the last operand to the first.
 */
static int choose(struct parser *parser, uint32_t first, uint32_t wanted)
{
	uint32_t count = parser->operand_count - first;
	AUTO(free) struct operand *row = calloc(wanted + 1, sizeof(*row));
	struct arena *arena = parser->reading->arena;
	int r = row ? 0 : -ENOMEM;

	for (uint32_t i = count; !r && i-- > 0;) {
		struct operand one = parser->operands[first + i];
		uint32_t left = count - i;

		/* Downwards: row[n] needs row[n - 1] of the operands behind this one. */
		for (uint32_t n = left < wanted ? left : wanted; !r && n > 0; n--) {
			struct rule_node *both[2] = { one.node, row[n - 1].node };
			struct rule_node *either[2] = { NULL, row[n].node };
			uint32_t weight = one.weight;

			if (n > 1)
				weight += 1 + row[n - 1].weight;
			r = condition_join(arena, NODE_AND, both, n > 1 ? 2 : 1,
					   &either[0]);
			if (!r && left > n) {
				weight += 1 + row[n].weight;
				r = condition_join(arena, NODE_OR, either, 2, &either[0]);
			}
			row[n] = (struct operand){ either[0], weight };
			if (weight > CONDITION_NODES_MAX)
				return push(parser, row[n]);
		}
	}
	parser->operand_count = first;
	return r ? r : push(parser, row[wanted]);
}

/* The operands that a pattern named, as "1", "any", "all" or a number of them asks. */
static int quantify(struct parser *parser, struct text how_many, size_t at,
		    uint32_t first)
{
	uint32_t count = parser->operand_count - first;
	struct yaml_node place = yaml_at(parser->node, at);
	uint32_t wanted = word_number(how_many);

	if (word_is(how_many, "all") || wanted == count)
		return collapse(parser, NODE_AND, first);
	if (word_is(how_many, "any") || wanted == 1)
		return collapse(parser, NODE_OR, first);
	if (!wanted || wanted > count)
		return yaml_refuse(parser->reading->why, &place,
				   "the condition asks for %.*s of %u",
				   YAML_SHOW(how_many), count);
	if (count > CONDITION_CHOICE_MAX)
		return yaml_refuse(parser->reading->why, &place,
				   "the condition chooses %u of more than %d", wanted,
				   CONDITION_CHOICE_MAX);
	return choose(parser, first, wanted);
}

/* "x of": the words are taken, the pattern comes next. */
static int read_quantifier(struct parser *parser)
{
	struct text how_many = parser->words.word;
	size_t at = parser->words.at;
	uint32_t first = parser->operand_count;
	struct text pattern;
	struct yaml_node place;
	int r = 0;

	words_next(&parser->words); /* "of" */
	words_next(&parser->words);
	if (parser->words.kind != WORD_TEXT)
		return refuse(parser, "'them' or a name with '*'");
	pattern = word_is(parser->words.word, "them") ? TEXT("*") : parser->words.word;
	for (uint32_t i = 0; !r && i < parser->name_count; i++) {
		const struct condition_name *name = &parser->names[i];

		if (!text_starts(name->name, TEXT("_")) && word_fits(name->name, pattern))
			r = push(parser, (struct operand){ name->node, name->weight });
	}
	if (r)
		return r;
	place = yaml_at(parser->node, parser->words.at);
	if (parser->operand_count == first)
		return yaml_refuse(parser->reading->why, &place,
				   "the condition's pattern '%.*s' fits no name",
				   YAML_SHOW(parser->words.word));
	return quantify(parser, how_many, at, first);
}

/* Reads up to the end of an operand: *complete is false after "not" and "(". */
static int read_operand(struct parser *parser, bool *complete)
{
	struct words ahead = parser->words;
	bool negated = parser->negated;
	int r;

	*complete = false;
	if (parser->words.kind == WORD_OPEN)
		return group_open(parser);
	if (parser->words.kind != WORD_TEXT)
		return refuse(parser, "a search identifier");
	words_next(&ahead);
	if (word_is_quantifier(parser->words.word) && ahead.kind == WORD_TEXT &&
	    word_is(ahead.word, "of")) {
		r = read_quantifier(parser);
	} else if (word_is(parser->words.word, "not")) {
		parser->negated = !parser->negated;
		return 0;
	} else if (word_is(parser->words.word, "and") ||
		   word_is(parser->words.word, "or")) {
		return refuse(parser, "a search identifier");
	} else {
		r = read_name(parser);
	}
	parser->negated = false;
	*complete = true;
	return r ? r : operand_end(parser, negated);
}

/* Behind an operand: *operand says whether another one comes next. */
static int read_operator(struct parser *parser, bool *operand)
{
	struct group *group = &parser->groups[parser->depth - 1];
	int r;

	*operand = true;
	if (parser->words.kind == WORD_TEXT && word_is(parser->words.word, "and"))
		return 0;
	if (parser->words.kind == WORD_TEXT && word_is(parser->words.word, "or")) {
		r = collapse(parser, NODE_AND, group->and_first);
		group->and_first = parser->operand_count;
		return r;
	}
	*operand = false;
	if (parser->words.kind != WORD_CLOSE || parser->depth == 1)
		return refuse(parser,
			      parser->depth > 1 ? "'and', 'or' or ')'" : "'and' or 'or'");
	r = group_end(parser);
	parser->depth--;
	return r ? r : operand_end(parser, group->negated);
}

static int parse(struct parser *parser)
{
	bool operand = true, complete = false;
	int r = group_open(parser);

	while (!r) {
		words_next(&parser->words);
		if (parser->words.kind == WORD_END && !operand && parser->depth == 1)
			return group_end(parser);
		if (operand) {
			r = read_operand(parser, &complete);
			operand = !complete;
		} else {
			r = read_operator(parser, &operand);
		}
	}
	return r;
}

int condition_read(const struct reading *reading, const struct yaml_node *node,
		   const struct condition_name *names, uint32_t count,
		   struct rule_node **out)
{
	struct parser parser = { .reading = reading,
				 .node = node,
				 .names = names,
				 .name_count = count,
				 .words = { .text = node->text } };
	int r;

	if (node->kind != YAML_STRING)
		return yaml_refuse(reading->why, node,
				   "the condition is %s: expected a text",
				   yaml_kind_name(node));
	if (node->text.size > CONDITION_SIZE_MAX)
		return yaml_refuse(reading->why, node,
				   "the condition is longer than 64 KiB");
	r = parse(&parser);
	if (!r)
		*out = parser.operands[0].node;
	free(parser.operands);
	return r;
}
