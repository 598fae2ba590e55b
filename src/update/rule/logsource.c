// SPDX-License-Identifier: Apache-2.0
// Which events a Sigma log source means: logsource.def as tables, and the look-up.
#include "update/rule/logsource.h"

#include <errno.h>

/* A service's log. */
struct channel {
	const char *product, *service, *source;
};

/* A category as events of a service's logs, or of a source of its own (service NULL). */
struct category {
	const char *product, *name, *service, *source;
	const char *field, *value;
	const struct logsource_rename *renames;
	const uint32_t *ids;
	uint32_t id_count;
};

static const struct logsource_rename security_4688[] = {
	{ "Image", "NewProcessName" },
	{ "ParentImage", "ParentProcessName" },
	{ NULL, NULL },
};

static const struct logsource_rename antivirus[] = {
	{ "Signature", "ThreatName" },
	{ "Filename", "Path" },
	{ NULL, NULL },
};

/* What audit records call it; the intake adds CommandLine, TargetFilename and Initiated. */
static const struct logsource_rename auditd[] = {
	{ "Image", "exe" },
	{ "CurrentDirectory", "cwd" },
	{ "ProcessId", "pid" },
	{ "ParentProcessId", "ppid" },
	{ "User", "UID" },
	{ "DestinationIp", "laddr" },
	{ "DestinationPort", "lport" },
	{ NULL, NULL },
};

static const struct channel channels[] = {
#define CHANNEL(product_, service_, source_) { product_, service_, source_ },
#define CATEGORY(...)
#define OWN(...)
#include "update/rule/logsource.def"
#undef CHANNEL
#undef CATEGORY
#undef OWN
};

static const struct category categories[] = {
#define CHANNEL(...)
#define CATEGORY(product_, name_, service_, field_, value_, renames_, ...)               \
	{ .product = product_,                                                           \
	  .name = name_,                                                                 \
	  .service = service_,                                                           \
	  .field = field_,                                                               \
	  .value = value_,                                                               \
	  .renames = renames_,                                                           \
	  .ids = (const uint32_t[]){ __VA_ARGS__ },                                      \
	  .id_count = sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t) },
#define OWN(product_, name_)                                                             \
	{ .product = product_, .name = name_, .source = product_ ":" name_ },
#include "update/rule/logsource.def"
#undef CHANNEL
#undef CATEGORY
#undef OWN
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The targets found so far. */
struct finding {
	struct logsource_target *out;
	uint32_t count;
};

static bool is(struct text text, const char *string)
{
	return text_is(text, text_of(string));
}

/* Every row of the tables has an intake: the others are what the tables do not know. */
static void add(struct finding *finding, const char *source,
		const struct category *category)
{
	struct logsource_target *target;

	if (finding->count == LOGSOURCE_TARGETS_MAX)
		return;
	target = &finding->out[finding->count++];
	*target = (struct logsource_target){ .source = text_of(source),
					     .has_intake = true };
	if (!category)
		return;
	target->ids = category->ids;
	target->id_count = category->id_count;
	target->field = category->field;
	target->value = category->value;
	target->renames = category->renames;
}

static void add_channels(struct finding *finding, struct text product,
			 struct text service, const struct category *category)
{
	for (size_t i = 0; i < COUNT(channels); i++)
		if (is(product, channels[i].product) && is(service, channels[i].service))
			add(finding, channels[i].source, category);
}

static void find_category(struct finding *finding, const struct logsource *logsource)
{
	for (size_t i = 0; i < COUNT(categories); i++) {
		const struct category *row = &categories[i];

		if (!is(logsource->category, row->name) ||
		    (logsource->product.size && !is(logsource->product, row->product)) ||
		    (logsource->service.size &&
		     (!row->service || !is(logsource->service, row->service))))
			continue;
		if (row->service)
			add_channels(finding, text_of(row->product),
				     text_of(row->service), row);
		else
			add(finding, row->source, row);
	}
}

static void find_product(struct finding *finding, struct text product)
{
	if (is(product, "windows"))
		add(finding, "windows:*", NULL);
	else if (is(product, "linux"))
		add(finding, "linux:*", NULL);
	else if (is(product, "macos"))
		add(finding, "macos:*", NULL);
}

/* "product/category/service": what no table knows, and --mapping can produce. */
static int own_source(const struct logsource *logsource, struct arena *arena,
		      struct text *out)
{
	const struct text parts[] = { logsource->product, TEXT("/"), logsource->category,
				      TEXT("/"), logsource->service };
	char *bytes;
	size_t size = 0;

	for (size_t i = 0; i < COUNT(parts); i++)
		size += parts[i].size;
	bytes = arena_alloc(arena, size + 1);
	if (!bytes)
		return -ENOMEM;
	*out = (struct text){ .at = bytes, .size = size };
	for (size_t i = 0; i < COUNT(parts); i++) {
		if (parts[i].size)
			memcpy(bytes, parts[i].at, parts[i].size);
		bytes += parts[i].size;
	}
	return 0;
}

int logsource_resolve(const struct logsource *logsource, struct arena *arena,
		      struct logsource_target *out, uint32_t *count)
{
	struct finding finding = { .out = out };
	struct text source;

	if (logsource->category.size)
		find_category(&finding, logsource);
	else if (logsource->service.size)
		add_channels(&finding, logsource->product, logsource->service, NULL);
	else
		find_product(&finding, logsource->product);
	if (!finding.count) {
		if (own_source(logsource, arena, &source))
			return -ENOMEM;
		out[0] = (struct logsource_target){ .source = source };
		finding.count = 1;
	}
	*count = finding.count;
	return 0;
}
