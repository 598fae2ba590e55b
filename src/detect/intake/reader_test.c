// SPDX-License-Identifier: Apache-2.0
// Files, however they are packed and however they are broken, give their events or a reason.
#include "detect/intake/reader.h"

#include <errno.h>
#include <fts.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <zip.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

#include "base/file.h"
#include "detect/intake/testing_pack.h"
#include "format/evtx_testing.h"

static const char *const fields[] = { "Channel", "EventID" };
static const struct pack pack = { .names = fields, .count = 2 };

static const char two_events[] = "{\"Channel\":\"c\",\"EventID\":1,\"v\":\"a\\\\b\"}\n"
				 "{\"Channel\":\"c\",\"EventID\":2,\n  \"v\": 2}\n";

struct fixture {
	char folder[64], path[96];
	struct mappings mappings;
	struct reader *reader;
	struct why why;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	if (!f)
		return -1;
	(void)snprintf(f->folder, sizeof(f->folder), "/tmp/reader_test.XXXXXX");
	if (!mkdtemp(f->folder))
		return -1;
	(void)snprintf(f->path, sizeof(f->path), "%s/log", f->folder);
	return reader_create(&pack, &f->mappings, &f->reader);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	reader_free(f->reader);
	mappings_done(&f->mappings);
	(void)unlink(f->path);
	(void)rmdir(f->folder);
	free(f);
	return 0;
}

static void put(const struct fixture *f, const void *bytes, size_t size)
{
	assert_int_equal(
		file_replace(f->path, (struct text){ .at = bytes, .size = size }, 0600),
		0);
}

static void put_gzip(const struct fixture *f, const char *mode, const char *text)
{
	gzFile file = gzopen(f->path, mode);

	assert_non_null(file);
	assert_int_equal(gzwrite(file, text, (unsigned)strlen(text)), strlen(text));
	assert_int_equal(gzclose(file), Z_OK);
}

static void put_zip(const struct fixture *f, const char *const names[],
		    const char *const texts[], size_t count)
{
	zip_t *zip = zip_open(f->path, ZIP_CREATE | ZIP_TRUNCATE, NULL);

	assert_non_null(zip);
	for (size_t i = 0; i < count; i++) {
		zip_source_t *source =
			zip_source_buffer(zip, texts[i], strlen(texts[i]), 0);

		assert_non_null(source);
		assert_true(zip_file_add(zip, names[i], source, 0) >= 0);
	}
	assert_true(zip_dir_add(zip, "folder/", 0) >= 0);
	assert_int_equal(zip_close(zip), 0);
}

static void open_log(struct fixture *f)
{
	assert_int_equal(reader_open(f->reader, f->path, &f->why), 0);
}

/* The next thing in the file is event number ${id}, at this line. */
static void assert_event(struct fixture *f, uint32_t id, uint64_t line)
{
	assert_int_equal(reader_next(f->reader, &f->why), READER_EVENT);
	assert_int_equal(reader_event(f->reader)->id, id);
	assert_int_equal(reader_line(f->reader), line);
}

/* The next thing in the file is ${result}, for a reason that has ${says} in it. */
static void assert_fault(struct fixture *f, enum reader_result result, const char *says)
{
	assert_int_equal(reader_next(f->reader, &f->why), result);
	if (!strstr(f->why.reason, says))
		fail_msg("'%s' does not say '%s'", f->why.reason, says);
}

static void assert_both_events(struct fixture *f)
{
	open_log(f);
	assert_event(f, 1, 1);
	assert_event(f, 2, 2);
	assert_int_equal(reader_next(f->reader, &f->why), READER_END);
	assert_int_equal(reader_next(f->reader, &f->why), READER_END);
}

static void a_plain_file_gives_its_events(void **state)
{
	put(*state, two_events, strlen(two_events));
	assert_both_events(*state);
}

static void a_gzip_file_gives_its_events_also_of_several_members(void **state)
{
	put_gzip(*state, "wb", two_events);
	assert_both_events(*state);
	put_gzip(*state, "wb", "{\"Channel\":\"c\",\"EventID\":1}\n{\"Cha");
	put_gzip(*state, "ab", "nnel\":\"c\",\"EventID\":2}\n");
	assert_both_events(*state);
}

static void a_zstd_file_gives_its_events(void **state)
{
	char packed[1000];
	size_t size =
		ZSTD_compress(packed, sizeof(packed), two_events, strlen(two_events), 3);

	assert_false(ZSTD_isError(size));
	put(*state, packed, size);
	assert_both_events(*state);
	/* two frames, one after the other */
	memcpy(packed + size, packed, size);
	put(*state, packed, 2 * size);
	open_log(*state);
	assert_event(*state, 1, 1);
	assert_event(*state, 2, 2);
	assert_event(*state, 1, 4);
	assert_event(*state, 2, 5);
	assert_int_equal(reader_next(((struct fixture *)*state)->reader,
				     &((struct fixture *)*state)->why),
			 READER_END);
}

static void the_members_of_a_zip_are_files_of_their_own(void **state)
{
	static const char *const names[] = { "b.json", "__MACOSX/._b.json", "a/c.json" };
	static const char *const texts[] = { two_events, "\x05\x16\x07 no log",
					     "[{\"Channel\":\"c\",\"EventID\":3}]" };
	struct fixture *f = *state;

	put_zip(f, names, texts, 3);
	open_log(f);
	assert_event(f, 1, 1);
	assert_true(reader_is_member(f->reader));
	assert_non_null(strstr(reader_file(f->reader), "/log:b.json"));
	assert_event(f, 2, 2);
	assert_fault(f, READER_NO_LOG, "expected JSON");
	assert_event(f, 3, 1);
	assert_non_null(strstr(reader_file(f->reader), "/log:a/c.json"));
	assert_int_equal(reader_next(f->reader, &f->why), READER_END);
}

/* Every cut of a packed file: what comes out is its events up to there, then a reason. */
static void cut_everywhere(struct fixture *f)
{
	AUTO(buffer) struct buffer whole;
	enum reader_result result;

	buffer_init(&whole, 1 << 20);
	assert_int_equal(file_read(f->path, &whole), 0);
	for (size_t size = 16; size < whole.size; size++) {
		int events = 0, faults = 0;

		put(f, whole.at, size);
		if (reader_open(f->reader, f->path, &f->why)) {
			assert_true(f->why.reason[0]);
			continue;
		}
		while ((result = reader_next(f->reader, &f->why)) != READER_END) {
			events += result == READER_EVENT;
			faults += result != READER_EVENT;
		}
		assert_true(events <= 2);
		assert_true(faults > 0);
		assert_true(f->why.reason[0]);
	}
}

static void a_packed_file_that_is_cut_anywhere_says_so(void **state)
{
	static const char *const names[] = { "b.json" };
	static const char *const texts[] = { two_events };
	char packed[1000];

	put_gzip(*state, "wb", two_events);
	cut_everywhere(*state);
	put(*state, packed,
	    ZSTD_compress(packed, sizeof(packed), two_events, strlen(two_events), 3));
	cut_everywhere(*state);
	put_zip(*state, names, texts, 1);
	cut_everywhere(*state);
}

static void damaged_bytes_in_a_packed_file_are_no_crash(void **state)
{
	struct fixture *f = *state;
	AUTO(buffer) struct buffer whole;

	put_gzip(f, "wb", two_events);
	buffer_init(&whole, 1 << 20);
	assert_int_equal(file_read(f->path, &whole), 0);
	for (size_t i = 10; i < whole.size; i++) {
		enum reader_result result = READER_EVENT;
		int faults = 0;

		whole.at[i] ^= 0x55;
		put(f, whole.at, whole.size);
		whole.at[i] ^= 0x55;
		open_log(f);
		while ((result = reader_next(f->reader, &f->why)) != READER_END)
			faults += result != READER_EVENT;
		assert_true(faults > 0);
	}
}

static void what_cannot_be_read_yet_is_named(void **state)
{
	struct fixture *f = *state;

	put(f, "ElfFile\0 and more", 17);
	open_log(f);
	assert_fault(f, READER_DAMAGED, "the file ends inside its header");
	assert_int_equal(reader_next(f->reader, &f->why), READER_END);
	put(f, "\xff\xfe{\0}\0", 6);
	open_log(f);
	assert_fault(f, READER_FAILED, "UTF-16");
	put(f, "# a readme\n", 11);
	open_log(f);
	assert_fault(f, READER_NO_LOG, "expected JSON");
	assert_int_equal(reader_next(f->reader, &f->why), READER_END);
}

static void an_empty_file_has_no_events(void **state)
{
	struct fixture *f = *state;

	put(f, "", 0);
	open_log(f);
	assert_int_equal(reader_next(f->reader, &f->why), READER_END);
	put(f, " \n\n", 3);
	open_log(f);
	assert_int_equal(reader_next(f->reader, &f->why), READER_END);
}

static void a_bad_line_is_counted_and_the_rest_read(void **state)
{
	static const char text[] =
		"# made by a tool\n{\"Channel\":\"c\",\"EventID\":1}\n"
		"{\"Channel\":oops}\n{\"Channel\":\"c\",\"EventID\":2}\n";
	struct fixture *f = *state;

	put(f, text, strlen(text));
	open_log(f);
	assert_fault(f, READER_BAD, "expected '{'");
	assert_int_equal(f->why.line, 1);
	assert_event(f, 1, 2);
	assert_fault(f, READER_BAD, "expected a value");
	assert_int_equal(f->why.line, 3);
	assert_int_equal(f->why.column, 12);
	assert_string_equal(f->why.file, f->path);
	assert_event(f, 2, 4);
	assert_int_equal(reader_next(f->reader, &f->why), READER_END);
}

static void lines_of_text_are_events_where_a_mapping_says_so(void **state)
{
	struct fixture *f = *state;
	AUTO(buffer) struct buffer original;

	assert_int_equal(mappings_parse(TEXT("format: text\nsource: linux:sshd\n"), "m",
					&f->mappings, &f->why),
			 0);
	reader_free(f->reader);
	f->reader = NULL;
	assert_int_equal(reader_create(&pack, &f->mappings, &f->reader), 0);
	put(f, "one \"line\"\r\n\nlast", 17);
	open_log(f);
	assert_event(f, EVENT_ID_NONE, 1);
	assert_true(text_is(reader_event(f->reader)->source, TEXT("linux:sshd")));
	buffer_init(&original, 1000);
	reader_original(f->reader, &original);
	assert_true(text_is(buffer_view(&original),
			    TEXT("{\"message\":\"one \\\"line\\\"\"}")));
	assert_event(f, EVENT_ID_NONE, 3);
	assert_int_equal(reader_offset(f->reader), 13);
	assert_int_equal(reader_next(f->reader, &f->why), READER_END);
	/* JSON stays JSON. */
	put(f, two_events, strlen(two_events));
	assert_both_events(f);
}

static void the_original_is_the_event_on_one_line(void **state)
{
	struct fixture *f = *state;
	AUTO(buffer) struct buffer original;

	put(f, two_events, strlen(two_events));
	open_log(f);
	assert_event(f, 1, 1);
	assert_event(f, 2, 2);
	buffer_init(&original, 1000);
	reader_original(f->reader, &original);
	assert_true(text_is(buffer_view(&original),
			    TEXT("{\"Channel\":\"c\",\"EventID\":2,\"v\":2}")));
}

static void an_event_log_is_read_packed_or_not_and_its_damage_told(void **state)
{
	struct fixture *f = *state;
	struct testing_chunk *chunk = malloc(sizeof(*chunk));
	AUTO(buffer) struct buffer file, original;

	buffer_init(&file, 1 << 20);
	buffer_init(&original, 65536);
	assert_non_null(chunk);
	testing_chunk_init(chunk);
	testing_sysmon(chunk, 7, "C:\\a.exe");
	testing_sysmon(chunk, 8, "C:\\b.exe");
	testing_chunk_seal(chunk);
	chunk->at[124]++;
	testing_file_head(&file, 1, 0);
	buffer_add(&file, chunk->at, EVTX_CHUNK_SIZE);
	free(chunk);
	for (unsigned packed = 0; packed < 2; packed++) {
		gzFile gzip = gzopen(f->path, packed ? "wb" : "wbT");

		assert_non_null(gzip);
		assert_int_equal(gzwrite(gzip, file.at, (unsigned)file.size), file.size);
		assert_int_equal(gzclose(gzip), Z_OK);
		open_log(f);
		assert_fault(f, READER_DAMAGED, "chunk 0: the checksum of its header");
		assert_event(f, 1, 7);
		assert_int_equal(reader_offset(f->reader), 4096 + 512);
		assert_int_equal(reader_shape(f->reader), SHAPE_WINDOWS_NESTED);
		assert_event(f, 1, 8);
		buffer_clear(&original);
		reader_original(f->reader, &original);
		assert_true(text_starts(buffer_view(&original),
					TEXT("{\"Event\":{\"#attributes\"")));
		assert_int_equal(reader_next(f->reader, &f->why), READER_END);
	}
}

static void a_file_that_is_not_there_is_a_reason(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(reader_open(f->reader, "/nonexistent/log", &f->why), -ENOENT);
	assert_non_null(strstr(f->why.reason, "No such file"));
	assert_int_equal(reader_open(f->reader, f->folder, &f->why), -EISDIR);
}

/* Each event of one file of the public regression data; how many they are. */
static unsigned read_recorded(struct fixture *f, const char *path)
{
	enum reader_result result;
	unsigned count = 0;

	assert_int_equal(reader_open(f->reader, path, &f->why), 0);
	while ((result = reader_next(f->reader, &f->why)) != READER_END) {
		const struct event *event = reader_event(f->reader);

		if (result != READER_EVENT)
			fail_msg("%s:%u: %s", path, f->why.line, f->why.reason);
		if (reader_shape(f->reader) != SHAPE_WINDOWS_NESTED ||
		    !event->source.size || event->id == EVENT_ID_NONE || !event->time_ns)
			fail_msg("%s:%llu is not told", path,
				 (unsigned long long)reader_line(f->reader));
		count++;
	}
	return count;
}

static void every_event_of_the_public_regression_data_is_told(void **state)
{
	const char *data = getenv("WINDHOVER_DATA");
	char folder[1024];
	char *const roots[] = { folder, NULL };
	unsigned files = 0, events = 0;
	FTSENT *entry;
	FTS *walk;

	(void)snprintf(folder, sizeof(folder), "%s/sigma/regression_data",
		       data ? data : "../shared/data");
	if (access(folder, R_OK)) {
		print_message(
			"WINDHOVER_DATA names no folder with the regression data\n");
		skip();
	}
	walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	assert_non_null(walk);
	while ((entry = fts_read(walk))) {
		if (entry->fts_info != FTS_F ||
		    !text_ends(text_of(entry->fts_name), TEXT(".json")))
			continue;
		files++;
		events += read_recorded(*state, entry->fts_path);
	}
	(void)fts_close(walk);
	print_message("%u files, %u events\n", files, events);
	assert_true(files >= 141);
	assert_true(events >= files);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_plain_file_gives_its_events),
		TEST(a_gzip_file_gives_its_events_also_of_several_members),
		TEST(a_zstd_file_gives_its_events),
		TEST(the_members_of_a_zip_are_files_of_their_own),
		TEST(a_packed_file_that_is_cut_anywhere_says_so),
		TEST(damaged_bytes_in_a_packed_file_are_no_crash),
		TEST(what_cannot_be_read_yet_is_named),
		TEST(an_empty_file_has_no_events),
		TEST(a_bad_line_is_counted_and_the_rest_read),
		TEST(lines_of_text_are_events_where_a_mapping_says_so),
		TEST(the_original_is_the_event_on_one_line),
		TEST(an_event_log_is_read_packed_or_not_and_its_damage_told),
		TEST(a_file_that_is_not_there_is_a_reason),
		TEST(every_event_of_the_public_regression_data_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
