// SPDX-License-Identifier: Apache-2.0
// Proof that a log in parts gives what it gives as a whole: every event, every fault, every place.
#include "detect/intake/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <zlib.h>

#include <cmocka.h>

#include "format/evtx_testing.h"

#define FILES      3000
#define PARTS_MAX  4096
#define HEAD_SIZE  4096
#define CHUNK_SIZE 65536

/* The parts of a member, and where the one that is read has come to. */
struct parts {
	struct reader *reader;
	struct reader_part parts[PARTS_MAX];
	bool is_taken[PARTS_MAX]; /* one before went on into it */
	uint32_t count, at;
	size_t from;
	bool has_paused;
	struct reader_source source;
	uint32_t continued; /* how often one went on */
};

struct fixture {
	int fd;
	char path[64];
	struct reader *splitter, *reader;
	struct parts parts;
	struct buffer whole, in_parts; /* what came of it, as text */
	uint64_t random;
};

static uint32_t draw(struct fixture *f, uint32_t below)
{
	/* Knuth, MMIX */
	f->random = f->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(f->random >> 33) % below;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	if (!f)
		return -1;
	/* In memory: there are thousands of files. */
	f->fd = memfd_create("log", MFD_CLOEXEC);
	if (f->fd < 0)
		return -1;
	(void)snprintf(f->path, sizeof(f->path), "/proc/self/fd/%d", f->fd);
	buffer_init(&f->whole, 64u << 20);
	buffer_init(&f->in_parts, 64u << 20);
	f->random = 1;
	return reader_create(NULL, NULL, &f->splitter) ||
	       reader_create(NULL, NULL, &f->reader);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	reader_free(f->splitter);
	reader_free(f->reader);
	buffer_done(&f->whole);
	buffer_done(&f->in_parts);
	if (f->fd >= 0)
		(void)close(f->fd);
	free(f);
	return 0;
}

static void put(struct fixture *f, struct text text)
{
	FILE *file = fopen(f->path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text.at, 1, text.size, file), text.size);
	assert_int_equal(fclose(file), 0);
}

/* Write down all that ${reader} gives. */
static void write_down(struct reader *reader, struct buffer *out)
{
	enum reader_result result;
	struct why why = { 0 };

	for (;;) {
		why.line = why.column = 0;
		result = reader_next(reader, &why);
		if (result == READER_END)
			return;
		buffer_format(out, "%d %s %d ", result, reader_file(reader),
			      reader_is_member(reader));
		if (result == READER_EVENT) {
			buffer_format(out, "%llu %llu ",
				      (unsigned long long)reader_line(reader),
				      (unsigned long long)reader_offset(reader));
			reader_original(reader, out);
		} else {
			buffer_format(out, "%u:%u: %s", why.line, why.column, why.reason);
		}
		buffer_char(out, '\n');
	}
}

/* What the pool of a scan does, with one thread: scan_pool.c. */
static ssize_t read_parts(void *user, char *at, size_t size)
{
	struct parts *parts = user;

	for (;;) {
		const struct reader_part *part = &parts->parts[parts->at];
		size_t left = part->bytes.size - parts->from;

		if (left) {
			size = size < left ? size : left;
			memcpy(at, part->bytes.at + parts->from, size);
			parts->from += size;
			return (ssize_t)size;
		}
		parts->source.reason = part->reason;
		if (part->failed || part->is_last)
			return part->failed;
		if (!part->goes_on && reader_rests(parts->reader, part))
			return 0;
		if (!part->goes_on && !parts->has_paused) {
			parts->has_paused = true;
			return WINDOW_PAUSE;
		}
		parts->is_taken[++parts->at] = true;
		parts->from = 0;
		parts->has_paused = false;
		parts->continued += !part->goes_on;
	}
}

/* Read all parts, each that was not gone on into on its own. */
static void read_all_parts(struct fixture *f)
{
	struct parts *parts = &f->parts;

	parts->reader = f->reader;
	parts->source = (struct reader_source){ .read = read_parts, .user = parts };
	for (uint32_t i = 0; i < parts->count; i++) {
		if (parts->is_taken[i])
			continue;
		parts->at = i;
		parts->from = 0;
		parts->has_paused = false;
		reader_open_part(f->reader, &parts->parts[i], &parts->source);
		write_down(f->reader, &f->in_parts);
	}
	for (uint32_t i = 0; i < parts->count; i++)
		reader_part_done(&parts->parts[i]);
	parts->count = 0;
	memset(parts->is_taken, 0, sizeof(parts->is_taken));
}

/* Read the file in parts of ${size} bytes. */
static void read_in_parts(struct fixture *f, size_t size)
{
	enum reader_result result;
	struct why why = { 0 };

	assert_int_equal(reader_open(f->splitter, f->path, &why), 0);
	do {
		assert_true(f->parts.count < PARTS_MAX);
		result = reader_split(f->splitter, size, &f->parts.parts[f->parts.count],
				      &why);
		f->parts.count += result == READER_PART;
		if (result == READER_EVENT)
			write_down(f->splitter, &f->in_parts);
		else if (result != READER_PART && result != READER_END)
			buffer_format(&f->in_parts, "%d %s %d %u:%u: %s\n", result,
				      reader_file(f->splitter),
				      reader_is_member(f->splitter), why.line, why.column,
				      why.reason);
		if (result != READER_PART || f->parts.parts[f->parts.count - 1].is_last)
			read_all_parts(f);
	} while (result != READER_END && result != READER_EVENT);
}

/* Where the two differ, as a message. */
static void assert_same(const struct fixture *f, size_t size)
{
	size_t at = 0;

	assert_false(f->whole.failed || f->in_parts.failed);
	if (text_is(buffer_view(&f->whole), buffer_view(&f->in_parts)))
		return;
	while (at < f->whole.size && at < f->in_parts.size &&
	       f->whole.at[at] == f->in_parts.at[at])
		at++;
	at = at < 100 ? 0 : at - 100;
	fail_msg("in parts of %zu bytes, whole:\n%.*s\nin parts:\n%.*s", size,
		 (int)text_part(buffer_view(&f->whole), at, 300).size, f->whole.at + at,
		 (int)text_part(buffer_view(&f->in_parts), at, 300).size,
		 f->in_parts.at + at);
}

static void assert_same_in_parts(struct fixture *f, const size_t *sizes, size_t count)
{
	struct why why = { 0 };

	buffer_clear(&f->whole);
	assert_int_equal(reader_open(f->reader, f->path, &why), 0);
	write_down(f->reader, &f->whole);
	for (size_t i = 0; i < count; i++) {
		buffer_clear(&f->in_parts);
		read_in_parts(f, sizes[i]);
		assert_same(f, sizes[i]);
	}
}

static const char *const pieces[] = {
	"{\"a\":1}\n",
	"{\"a\":1}\r\n",
	"{\"a\":\"a long text, longer than a part may be where parts are small\"}\n",
	"{\"a\": {\"b\": [1, 2, {\"c\": \"\\u00e4 \\\"{\\\" \\n\"}]}} {\"d\":2}\n",
	"{\n  \"a\": 1,\n  \"b\": {\n    \"c\": 2\n  }\n}\n",
	"{\n\"a\":\n{\n\"b\": 1\n}\n}\n",
	"{\n\"a\": [\n{\"x\":1},\n{\"y\":2}\n]\n}\n",
	"{\"a\":oops}\n",
	"{\"a\":1,\n",
	"{\"a\":\n{oops\n",
	"  {\"a\":\n oops\n",
	"{\"a\":\"no end\n",
	"}\n",
	"\n\n",
	"   \t\n",
	"rubbish\n",
	"[",
	"]",
	",\n",
	"[{\"a\":1},\n{\"b\":2}]\n",
	"{\"a\":1},\n",
	"{\"a\":1}",
	"\x1e{\"a\":1}\n",
	"\xef\xbb\xbf{\"a\":1}\n",
	"[[[",
};

static void random_json(struct fixture *f, struct buffer *file)
{
	uint32_t count = 1 + draw(f, 40),
		 few = 1 + draw(f, sizeof(pieces) / sizeof(pieces[0]));
	uint32_t first = draw(f, sizeof(pieces) / sizeof(pieces[0]));

	buffer_clear(file);
	if (draw(f, 4) == 0)
		buffer_string(file, "[\n");
	for (uint32_t i = 0; i < count; i++) {
		uint32_t piece = (first + draw(f, few)) %
				 (uint32_t)(sizeof(pieces) / sizeof(pieces[0]));

		buffer_string(file, pieces[piece]);
		if (draw(f, 200) == 0)
			buffer_char(file, 0);
	}
}

static void any_json_gives_the_same_in_parts_of_any_size(void **state)
{
	struct fixture *f = *state;
	AUTO(buffer) struct buffer file;

	buffer_init(&file, 1 << 20);
	for (unsigned i = 0; i < FILES; i++) {
		size_t sizes[] = { 3 + draw(f, 20), 20 + draw(f, 200), 1u << 20 };

		random_json(f, &file);
		put(f, buffer_view(&file));
		assert_same_in_parts(f, sizes, 3);
	}
	/* Else it would not have been tested. */
	assert_true(f->parts.continued > FILES);
}

static const char *const lines[] = {
	"Jul 19 04:09:00 h a[1]: x\n",
	"Jul 20 04:09:00 h sudo: a : TTY=b ; COMMAND=/bin/c\n",
	"2024-07-19T04:09:00Z h a: a message that is longer than a part may be\r\n",
	"\tgoes on with the line before\n",
	"  and on\n",
	"\n",
	"what is this\n",
	"-- Boot 1 --\n",
	"192.0.2.1 - - [19/Jul/2024:04:09:00 +0000] \"GET /?a HTTP/1.1\" 200 5\n",
	"Fri Jul 19 04:09:00 2024 -> /a: X FOUND\n",
	"2024/07/19 04:09:00 [error] 7#0: x\n",
	"type=SYSCALL msg=audit(5.000:1): arch=c000003e syscall=59 success=yes\n",
	"type=EXECVE msg=audit(5.000:1): argc=1 a0=\"a\"\n",
	"type=PROCTITLE msg=audit(5.000:1): proctitle=\"a\"\n",
	"type=SYSCALL msg=audit(5.000:2): arch=c000003e syscall=0\n",
	"type=EOE msg=audit(5.000:2): \n",
	"type=SYSCALL msg=audit(9.000:3): arch=c000003e syscall=0\n",
	"type=USER_CMD msg=audit(9.000:4): cmd=6161\n",
	"type=PATH msg=audit(broken): x\n",
	"Jul 19 04:09:00 h audispd: type=CWD msg=audit(9.000:3): cwd=\"/\"\n",
};

static void random_log(struct fixture *f, struct buffer *file)
{
	const uint32_t all = sizeof(lines) / sizeof(lines[0]);
	uint32_t count = 2 + draw(f, 60), few = 1 + draw(f, all), first = draw(f, all);

	buffer_clear(file);
	/* So that it is told as a log. */
	for (uint32_t i = 0; i < 64; i++)
		buffer_string(file, lines[0]);
	for (uint32_t i = 0; i < count; i++) {
		buffer_string(file, lines[(first + draw(f, few)) % all]);
		if (draw(f, 200) == 0)
			buffer_char(file, 0);
	}
	if (draw(f, 3) == 0)
		file->size -= 2;
}

static void any_text_log_gives_the_same_in_parts_of_any_size(void **state)
{
	struct fixture *f = *state;
	AUTO(buffer) struct buffer file;

	buffer_init(&file, 1 << 20);
	f->parts.continued = 0;
	for (unsigned i = 0; i < FILES / 4; i++) {
		size_t sizes[] = { 100 + draw(f, 100), 200 + draw(f, 2000), 1u << 20 };

		random_log(f, &file);
		put(f, buffer_view(&file));
		assert_same_in_parts(f, sizes, 3);
	}
	/* Else it would not have been tested. */
	assert_true(f->parts.continued > FILES / 4);
}

static void a_packed_file_that_is_damaged_gives_the_same_in_parts(void **state)
{
	struct fixture *f = *state;
	AUTO(buffer) struct buffer file, packed;

	buffer_init(&file, 1 << 20);
	buffer_init(&packed, 1 << 20);
	for (unsigned i = 0; i < FILES / 4; i++) {
		const size_t sizes[] = { 16, 100, 1u << 20 };
		uLongf size = 65536;
		z_stream stream = { 0 };

		random_json(f, &file);
		assert_int_equal(buffer_need(&packed, size), 0);
		assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8,
					      Z_DEFAULT_STRATEGY),
				 Z_OK);
		stream.next_in = (Bytef *)file.at;
		stream.avail_in = (uInt)file.size;
		stream.next_out = (Bytef *)packed.at;
		stream.avail_out = (uInt)size;
		assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
		size = stream.total_out;
		assert_int_equal(deflateEnd(&stream), Z_OK);
		if (i % 2)
			size -= draw(f, (uint32_t)size - 16);
		else
			packed.at[16 + draw(f, (uint32_t)size - 16)] ^= 0x10;
		put(f, (struct text){ .at = packed.at, .size = size });
		assert_same_in_parts(f, sizes, 3);
	}
}

/* Lines beyond what a window can hold, and what is wrong in the middle of one. */
static void lines_of_many_parts_give_the_same(void **state)
{
	struct fixture *f = *state;
	const size_t sizes[] = { 1u << 16, 1u << 20 };
	const size_t longs[] = { 1u << 18, 1u << 21, 1u << 25 };
	AUTO(buffer) struct buffer file;

	buffer_init(&file, 64u << 20);
	for (unsigned i = 0; i < 3; i++) {
		buffer_clear(&file);
		for (unsigned k = 0; k < 3; k++) {
			buffer_string(&file, "{\"a\":1}\n{\"long\":\"");
			for (size_t at = 0; at < (k == 1 ? longs[i] : 70000); at += 16)
				buffer_string(&file, "sixteen bytes...");
			buffer_string(&file, k == 2 ? "no end\n{\"b\":1}\n"
						    : "\"}\n{\"b\":2}\n");
		}
		put(f, buffer_view(&file));
		assert_same_in_parts(f, sizes, 2);
	}
}

static void put_event_log(struct fixture *f, uint32_t flags, bool has_head)
{
	struct testing_chunk *chunk = malloc(sizeof(*chunk));
	AUTO(buffer) struct buffer file;
	uint64_t id = 1;

	assert_non_null(chunk);
	buffer_init(&file, 8 << 20);
	if (has_head)
		testing_file_head(&file, 9, flags);
	for (unsigned i = 0; i < 9; i++) {
		testing_chunk_init(chunk);
		for (unsigned k = 0; k < 1 + draw(f, 20); k++)
			testing_sysmon(chunk, id++, "C:\\Windows\\a.exe");
		testing_chunk_seal(chunk);
		if (draw(f, 3) == 0)
			chunk->at[draw(f, CHUNK_SIZE)]++;
		if (draw(f, 6) == 0)
			memset(chunk->at, 0, draw(f, CHUNK_SIZE));
		buffer_add(&file, chunk->at, CHUNK_SIZE);
	}
	free(chunk);
	assert_false(file.failed);
	file.size -= draw(f, 2) ? draw(f, CHUNK_SIZE) : 0;
	put(f, buffer_view(&file));
}

static void an_event_log_gives_the_same_in_parts(void **state)
{
	const size_t sizes[] = { 1000, HEAD_SIZE, CHUNK_SIZE, 3 * CHUNK_SIZE, 1u << 20 };

	for (unsigned i = 0; i < 60; i++) {
		put_event_log(*state, i % 3 ? 0 : 1, i % 5 != 0);
		assert_same_in_parts(*state, sizes, sizeof(sizes) / sizeof(sizes[0]));
	}
}

static void what_is_no_log_is_told_in_parts_too(void **state)
{
	struct fixture *f = *state;
	const size_t sizes[] = { 100 };

	put(f, TEXT("# a readme\n"));
	assert_same_in_parts(f, sizes, 1);
	put(f, TEXT("\xff\xfe{\0}\0"));
	assert_same_in_parts(f, sizes, 1);
	put(f, TEXT(""));
	assert_same_in_parts(f, sizes, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(any_json_gives_the_same_in_parts_of_any_size),
		TEST(any_text_log_gives_the_same_in_parts_of_any_size),
		TEST(a_packed_file_that_is_damaged_gives_the_same_in_parts),
		TEST(lines_of_many_parts_give_the_same),
		TEST(an_event_log_gives_the_same_in_parts),
		TEST(what_is_no_log_is_told_in_parts_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
