// SPDX-License-Identifier: Apache-2.0
// Writes the first inputs of the fuzz targets of event logs: evtx_seeds CORPUS
#include <assert.h>
#include <stdio.h>

#include "base/file.h"
#include "format/evtx_testing.h"

static struct testing_chunk chunk;

static void put(const char *corpus, const char *target, const char *name, const void *at,
		size_t size)
{
	char path[512];
	int r;

	(void)snprintf(path, sizeof(path), "%s/evtx_%s/%s", corpus, target, name);
	r = file_replace(path, (struct text){ .at = at, .size = size }, 0644);
	if (r) {
		fprintf(stderr, "%s: %s\n", path, strerror(-r));
		exit(1);
	}
}

/* The chunk at hand as a chunk, as a file that ends with its records, and its first record. */
static void save(const char *corpus, const char *name)
{
	AUTO(buffer) struct buffer file;
	uint32_t size = evtx_u32(chunk.at + EVTX_CHUNK_HEAD + 4);

	buffer_init(&file, 1 << 20);
	testing_chunk_seal(&chunk);
	testing_file_head(&file, 1, 0);
	buffer_add(&file, chunk.at, chunk.used);
	put(corpus, "file", name, file.at, file.size);
	put(corpus, "chunk", name, chunk.at, chunk.used);
	put(corpus, "record", name, chunk.at + EVTX_CHUNK_HEAD + EVTX_RECORD_HEAD,
	    size - EVTX_RECORD_HEAD - 4);
	put(corpus, "binxml", name, chunk.at + EVTX_CHUNK_HEAD + EVTX_RECORD_HEAD,
	    size - EVTX_RECORD_HEAD - 4);
}

static void begin(const char *root)
{
	testing_chunk_init(&chunk);
	testing_record(&chunk, 1);
	testing_fragment(&chunk);
	testing_open(&chunk, root);
}

static void end(const char *corpus, const char *name)
{
	while (chunk.depth)
		testing_close(&chunk);
	testing_end(&chunk);
	testing_record_end(&chunk);
	save(corpus, name);
}

/* All kinds of tokens outside of a template. */
static void plain(const char *corpus)
{
	begin("Event");
	testing_open(&chunk, "System");
	testing_element(&chunk, "EventID", "1");
	testing_element(&chunk, "Channel", "Security");
	testing_close(&chunk);
	testing_open_with(&chunk, "EventData");
	testing_attribute(&chunk, "Name");
	testing_text(&chunk, "N");
	testing_inside(&chunk);
	testing_element(&chunk, "Data", "d");
	testing_open_with(&chunk, "Data");
	testing_attribute(&chunk, "Name");
	testing_text(&chunk, "Threat Name");
	testing_inside(&chunk);
	testing_bytes(&chunk, "\x08\x26\x00\x07\x01\x00<\0\x0b\x01\x00?\0", 13);
	testing_close(&chunk);
	end(corpus, "plain");
	begin("Event");
	testing_open(&chunk, "UserData");
	testing_open(&chunk, "Inner");
	testing_element(&chunk, "a", NULL);
	testing_element(&chunk, "a", "b");
	testing_close(&chunk);
	testing_close(&chunk);
	testing_open(&chunk, "RenderingInfo");
	testing_element(&chunk, "Message", "m");
	end(corpus, "user_data");
	begin("a");
	for (unsigned i = 0; i < EVTX_DEPTH_MAX; i++)
		testing_open(&chunk, "a");
	end(corpus, "deep");
}

/* A template whose values have each type in turn, also as arrays. */
static void types(const char *corpus)
{
	static const uint8_t some[32] = { 1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, 65, 0 };
	struct testing_value values[2 * 0x24];
	uint16_t count = 0;

	for (unsigned array = 0; array < 2; array++)
		for (uint8_t type = 0; type < 0x24; type++)
			values[count++] = (struct testing_value){
				.type = (uint8_t)(type | array << 7),
				.size = type == EVTX_SID          ? 12
					: type == EVTX_BINXML     ? 0
					: type < EVTX_INT64       ? 4
					: type == EVTX_GUID       ? 16
					: type == EVTX_SYSTEMTIME ? 16
								  : 8,
				.at = some,
			};
	begin("Event");
	testing_open(&chunk, "EventData");
	if (testing_instance(&chunk, 5)) {
		for (uint16_t i = 0; i < count; i++) {
			testing_open(&chunk, "Data");
			testing_substitution(&chunk, i, values[i].type, i % 2);
			testing_close(&chunk);
		}
		testing_template_end(&chunk);
	}
	testing_values(&chunk, values, count);
	end(corpus, "types");
}

/* Records made to be slow are no seeds: evtx_test has them, here they would eat all the time. */
int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
		return 1;
	}
	testing_chunk_init(&chunk);
	testing_sysmon(&chunk, 7, "C:\\a.exe");
	testing_sysmon(&chunk, 8, "C:\\b.exe");
	save(argv[1], "sysmon");
	plain(argv[1]);
	types(argv[1]);
	return 0;
}
