// SPDX-License-Identifier: Apache-2.0
// What a byte of text costs our regexes, beside PCRE2 with its compiler to machine code.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdio.h>
#include <time.h>

#include "model/regex_format.h"
#include "update/regex/regex_compile.h"

#define ROUND_NS 2000000.0 /* one round at least; the best round counts */
#define ROUNDS   40

/* The kinds that rules for command lines, paths and addresses have. */
static const char *const patterns[] = {
	"net\\s+user",
	"(?i)echo.*clip.*&&.*(?:clipboard|invoke)",
	"https?://[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}",
	"\\\\[a-zA-Z0-9]{8}\\.tmp$",
	"cmd.{0,5}(?:/c|/r).+powershell.+(?:input|noexit).+\"",
	"\\{[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}\\}",
	"(?:\\s-[^-\\s]{0,20}d|\\s--directory\\s)",
	"\\{.*\\{.*\\{.*\\{.*\\{.*\\{",
	"^[a-zA-Z]:\\\\windows\\\\temp\\\\[a-zA-Z0-9]{10}\\.exe",
	"\\w+`(?:\\w+|-|.)`[\\w+|\\s]",
	"[A-Za-z0-9+/=]{80,}",
	".{500,}",
	"(?i)\\.exe[\"']?\\s+[^\"]{0,64}secure\\.exe[\"']?\\s+\\d{2,10}",
	"(?:copy|cpi) .{2,128} -to .{1,32}\\\\system32",
};

static const char *const lines[] = {
	"C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s Schedule",
	"\"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe\" --type=renderer "
	"--field-trial-handle=1612,2871,131072 --lang=en-US --device-scale-factor=1 "
	"--num-raster-threads=4 --renderer-client-id=119 "
	"--mojo-platform-channel-handle=7512 /prefetch:1",
	"powershell.exe -NoProfile -ExecutionPolicy Bypass -File "
	"C:\\Tools\\inventory\\collect.ps1",
	"/usr/bin/python3 -u /opt/app/worker.py --queue default --concurrency 8 --log "
	"/var/log/app.log",
	"cmd.exe /d /s /c \"npm run build && node dist/server.js --port 8080\"",
	"/bin/sh -c 'test -x /usr/sbin/anacron || ( cd / && run-parts --report "
	"/etc/cron.daily )'",
	"C:\\WINDOWS\\system32\\DllHost.exe "
	"/Processid:{AB8902B4-09CA-4BB6-B78D-A8F59079A8D5}",
	"curl -fsSL https://packages.example.org/keys/release.asc -o "
	"/etc/apt/keyrings/example.asc",
	"ssh -o BatchMode=yes -o ConnectTimeout=5 deploy@10.20.30.40 sudo systemctl "
	"restart web",
	"git -c core.quotepath=false log --max-count=200 --pretty=format:%H%x00%an%x00%s "
	"HEAD",
	"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe -enc "
	"JABzAD0ATgBlAHcALQBPAGIAagBlAGMAdAAgAEkATwAuAE0AZQBtAG8AcgB5AFMAdAByAGUAYQBtACg"
	"A",
	"explorer.exe /factory,{75DFF2B7-6936-4C06-A8BB-676A7B00B24B} -Embedding",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct texts {
	struct text at[COUNT(lines)];
	size_t count, size;
};

static double now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* One search in each text; returns how many matched. */
typedef uint64_t search_all(void *machine, const struct texts *texts);

struct ours {
	struct text program;
	struct regex_scratch *scratch;
};

static uint64_t search_ours(void *machine, const struct texts *texts)
{
	struct ours *ours = machine;
	uint64_t hits = 0;

	for (size_t i = 0; i < texts->count; i++) {
		uint64_t steps = UINT64_MAX;

		hits += regex_search(ours->program, texts->at[i], ours->scratch,
				     &steps) == 1;
	}
	return hits;
}

struct theirs {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *context;
};

static uint64_t search_theirs(void *machine, const struct texts *texts)
{
	struct theirs *theirs = machine;
	uint64_t hits = 0;

	for (size_t i = 0; i < texts->count; i++)
		hits += pcre2_jit_match(theirs->code, (PCRE2_SPTR)texts->at[i].at,
					texts->at[i].size, 0, 0, theirs->data,
					theirs->context) >= 0;
	return hits;
}

/* Nanoseconds for a byte of text. */
static double measure(search_all *search, void *machine, const struct texts *texts,
		      uint64_t *hits)
{
	double best = 1e300;

	for (int round = 0; round < ROUNDS; round++) {
		double start = now_ns(), spent = 0;
		uint64_t count = 0;

		while (spent < ROUND_NS) {
			*hits = search(machine, texts);
			count++;
			spent = now_ns() - start;
		}
		spent /= (double)(count * texts->size);
		best = spent < best ? spent : best;
	}
	return best;
}

/* Returns false where the two disagree. */
static bool compare(const char *pattern, const struct texts *texts, double sums[2])
{
	AUTO(buffer) struct buffer program = { .limit = REGEX_SIZE_MAX };
	struct theirs theirs = { .context = pcre2_match_context_create(NULL) };
	struct ours ours = { .scratch = regex_scratch_create() };
	const struct regex_head *head;
	uint64_t our_hits = 0, their_hits = 0;
	double our_ns, their_ns;
	PCRE2_SIZE place;
	int error;

	theirs.code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF,
				    &error, &place, NULL);
	if (regex_compile(text_of(pattern), 0, &program, NULL) ||
	    regex_verify(buffer_view(&program)) || !ours.scratch || !theirs.code ||
	    pcre2_jit_compile(theirs.code, PCRE2_JIT_COMPLETE))
		return false;
	theirs.data = pcre2_match_data_create_from_pattern(theirs.code, NULL);
	ours.program = buffer_view(&program);
	head = (const void *)program.at;
	our_ns = measure(search_ours, &ours, texts, &our_hits);
	their_ns = measure(search_theirs, &theirs, texts, &their_hits);
	printf("%8.2f %8.2f  %s %7zu  %s\n", our_ns, their_ns,
	       head->kind == REGEX_DFA ? "table" : "sets ", program.size, pattern);
	sums[0] += our_ns;
	sums[1] += their_ns;
	pcre2_match_data_free(theirs.data);
	pcre2_match_context_free(theirs.context);
	pcre2_code_free(theirs.code);
	regex_scratch_free(ours.scratch);
	return our_hits == their_hits;
}

int main(void)
{
	struct texts texts = { .count = COUNT(lines) };
	double sums[2] = { 0 };

	for (size_t i = 0; i < texts.count; i++) {
		texts.at[i] = text_of(lines[i]);
		texts.size += texts.at[i].size;
	}
	printf("regexes over %zu command lines of %zu bytes on average, ns for a byte\n",
	       texts.count, texts.size / texts.count);
	printf("    ours    PCRE2  run as    size  regex\n");
	for (size_t i = 0; i < COUNT(patterns); i++) {
		if (!compare(patterns[i], &texts, sums)) {
			printf("the two disagree on %s\n", patterns[i]);
			return 1;
		}
	}
	printf("%8.2f %8.2f  on average\n", sums[0] / (double)COUNT(patterns),
	       sums[1] / (double)COUNT(patterns));
	return 0;
}
