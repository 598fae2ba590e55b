// SPDX-License-Identifier: Apache-2.0
// Times as lines of text logs begin with.
#include "format/stamp.h"

#include "base/moment.h"

#define NS     INT64_C(1000000000)
#define DAY_NS (86400 * NS)

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The number of ${count} digits at ${at}, or -1. */
static int number(const char *at, unsigned count)
{
	int value = 0;

	for (unsigned i = 0; i < count; i++) {
		if (!is_digit(at[i]))
			return -1;
		value = 10 * value + (at[i] - '0');
	}
	return value;
}

/* 1 to 12, or 0. */
static unsigned month_of(const char *at)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (unsigned i = 0; i < 12; i++)
		if (memcmp(months + 3 * i, at, 3) == 0)
			return i + 1;
	return 0;
}

static bool is_weekday(const char *at)
{
	static const char days[] = "MonTueWedThuFriSatSun";

	for (unsigned i = 0; i < 7; i++)
		if (memcmp(days + 3 * i, at, 3) == 0)
			return true;
	return false;
}

/* The beginning of a day; false where there is no such one. */
static bool day_begin(int year, unsigned month, unsigned day, int64_t *out)
{
	char date[] = "0000-00-00T00:00:00Z";
	struct moment check;
	int64_t ns;

	if (year < 1970 || year > 2200)
		return false;
	for (int i = 3; i >= 0; i--, year /= 10)
		date[i] = (char)('0' + year % 10);
	date[5] = (char)('0' + month / 10);
	date[6] = (char)('0' + month % 10);
	date[8] = (char)('0' + day / 10);
	date[9] = (char)('0' + day % 10);
	if (!moment_parse((struct text){ .at = date, .size = sizeof(date) - 1 }, &ns))
		return false;
	moment_split(ns, &check);
	if (check.day != day || check.month != month)
		return false;
	*out = ns;
	return true;
}

/* The same of a month's day: the last one that is not later than tomorrow. */
static bool day_begin_of_some_year(const struct stamp_clock *clock, unsigned month,
				   unsigned day, int64_t *out)
{
	struct moment now;

	moment_split(clock->reference_ns + DAY_NS, &now);
	/* Eight years back there is a 29th of February. */
	for (int year = now.year; year > now.year - 9; year--)
		if (day_begin(year, month, day, out) &&
		    *out <= clock->reference_ns + DAY_NS)
			return true;
	return false;
}

/* The day that the bytes ${text} stand for, from the clock where it is still the same. */
static bool known_day(const struct stamp_clock *clock, struct text text, int64_t *out)
{
	if (!clock->day_size || clock->day_size != text.size ||
	    memcmp(clock->day, text.at, text.size) != 0)
		return false;
	*out = clock->day_ns;
	return true;
}

static void learn_day(struct stamp_clock *clock, struct text text, int64_t ns)
{
	if (text.size > sizeof(clock->day))
		return;
	memcpy(clock->day, text.at, text.size);
	clock->day_size = (uint8_t)text.size;
	clock->day_ns = ns;
}

/* "04:09:00" and a fraction; the bytes read, or 0. */
static size_t read_clock(struct text text, int64_t *ns)
{
	int64_t scale = NS / 10, fraction = 0;
	int hour, minute, second;
	size_t size = 8;

	if (text.size < 8 || text.at[2] != ':' || text.at[5] != ':')
		return 0;
	hour = number(text.at, 2);
	minute = number(text.at + 3, 2);
	second = number(text.at + 6, 2);
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
	    second > 60)
		return 0;
	if (size + 1 < text.size && (text.at[size] == '.' || text.at[size] == ',') &&
	    is_digit(text.at[size + 1]))
		for (size++; size < text.size && is_digit(text.at[size]); size++) {
			fraction += (text.at[size] - '0') * scale;
			scale /= 10;
		}
	*ns = (hour * INT64_C(3600) + minute * 60 + second) * NS + fraction;
	return size;
}

static bool ends_here(struct text text, size_t size)
{
	return size >= text.size || text.at[size] == ' ' || text.at[size] == ':' ||
	       text.at[size] == ']' || text.at[size] == '\t';
}

/* "Z", "+0200", "-07:00", " UTC", " +0200": the bytes read, and nanoseconds east. */
static size_t read_zone(struct text text, int64_t *east)
{
	size_t size = text.size && text.at[0] == ' ';
	int hours, minutes;
	bool colon;

	*east = 0;
	if (text.size > size && text.at[size] == 'Z')
		return size + 1;
	if (text_starts(text_part(text, size, 3), TEXT("UTC")) ||
	    text_starts(text_part(text, size, 3), TEXT("GMT")))
		return size + 3;
	if (text.size < size + 5 || (text.at[size] != '+' && text.at[size] != '-'))
		return 0;
	colon = text.at[size + 3] == ':';
	if (colon && text.size < size + 6)
		return 0;
	hours = number(text.at + size + 1, 2);
	minutes = number(text.at + size + 3 + colon, 2);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return 0;
	*east = (hours * 60 + minutes) * 60 * NS;
	if (text.at[size] == '-')
		*east = -*east;
	return size + 5 + colon;
}

/* Jul 19 04:09:00, Jul 9 ..., Jul 19 2024 04:09:00, Jul 19 04:09:00 2024 (behind a weekday). */
static size_t read_month_first(struct text text, struct stamp_clock *clock,
			       bool year_behind, int64_t *time_ns)
{
	unsigned month = text.size >= 15 ? month_of(text.at) : 0;
	size_t at = 4, clock_size, day_size;
	int64_t day_ns, ns;
	int day, year = -1;

	if (!month || text.at[3] != ' ')
		return 0;
	at += text.at[at] == ' ';
	day = is_digit(text.at[at + 1]) ? number(text.at + at, 2)
					: number(text.at + at, 1);
	at += is_digit(text.at[at + 1]) ? 2u : 1u;
	if (day < 1 || day > 31 || text.at[at] != ' ')
		return 0;
	day_size = at++;
	if (text.size > at + 5 && text.at[at + 4] == ' ') {
		year = number(text.at + at, 4);
		if (year < 0)
			return 0;
		at += 5;
	}
	clock_size = read_clock(text_part(text, at, SIZE_MAX), &ns);
	if (!clock_size)
		return 0;
	at += clock_size;
	if (year < 0 && year_behind && text.size >= at + 5 && text.at[at] == ' ') {
		year = number(text.at + at + 1, 4);
		at += year < 0 ? 0 : 5;
	}
	if (!ends_here(text, at))
		return 0;
	if (year >= 0) {
		if (!day_begin(year, month, (unsigned)day, &day_ns))
			return 0;
	} else if (!known_day(clock, text_part(text, 0, day_size), &day_ns)) {
		if (!day_begin_of_some_year(clock, month, (unsigned)day, &day_ns))
			return 0;
		learn_day(clock, text_part(text, 0, day_size), day_ns);
	}
	*time_ns = day_ns + ns;
	return at;
}

/* 2024-07-19T04:09:00 and what may follow. */
static enum stamp_kind read_year_first(struct text text, struct stamp_clock *clock,
				       size_t *size, int64_t *time_ns)
{
	size_t at = 11, clock_size, zone_size;
	int64_t day_ns, ns, east = 0;
	bool with_t;

	if (text.size < 19 || text.at[4] != text.at[7] ||
	    (text.at[4] != '-' && text.at[4] != '/') ||
	    (text.at[10] != 'T' && text.at[10] != ' '))
		return STAMP_NONE;
	with_t = text.at[10] == 'T';
	if (!known_day(clock, text_part(text, 0, 10), &day_ns)) {
		int year = number(text.at, 4), month = number(text.at + 5, 2),
		    day = number(text.at + 8, 2);

		if (month < 1 || month > 12 || day < 1 ||
		    !day_begin(year, (unsigned)month, (unsigned)day, &day_ns))
			return STAMP_NONE;
		learn_day(clock, text_part(text, 0, 10), day_ns);
	}
	clock_size = read_clock(text_part(text, at, SIZE_MAX), &ns);
	if (!clock_size)
		return STAMP_NONE;
	at += clock_size;
	zone_size = read_zone(text_part(text, at, SIZE_MAX), &east);
	if (!ends_here(text, at + zone_size))
		zone_size = 0;
	if (!zone_size)
		east = 0;
	at += zone_size;
	if (!ends_here(text, at))
		return STAMP_NONE;
	*size = at;
	*time_ns = day_ns + ns - east;
	return with_t || zone_size ? STAMP_ISO : STAMP_PLAIN;
}

static enum stamp_kind read_unix(struct text text, size_t *size, int64_t *time_ns)
{
	size_t at = 0;

	while (at < text.size && at < 30 && (is_digit(text.at[at]) || text.at[at] == '.'))
		at++;
	if (at < 10 || text.at[10] != '.' || !ends_here(text, at) ||
	    !moment_parse(text_part(text, 0, at), time_ns))
		return STAMP_NONE;
	*size = at;
	return STAMP_UNIX;
}

enum stamp_kind stamp_read(struct text text, struct stamp_clock *clock, size_t *size,
			   int64_t *time_ns)
{
	size_t weekday = 4, got;
	enum stamp_kind kind;

	if (text.size < 15)
		return STAMP_NONE;
	if (is_digit(text.at[0])) {
		kind = read_year_first(text, clock, size, time_ns);
		return kind ? kind : read_unix(text, size, time_ns);
	}
	got = read_month_first(text, clock, false, time_ns);
	if (got) {
		*size = got;
		return STAMP_RFC3164;
	}
	if (!is_weekday(text.at) || (text.at[3] != ' ' && text.at[3] != ','))
		return STAMP_NONE;
	weekday += text.at[3] == ',';
	text = text_part(text, weekday, SIZE_MAX);
	got = read_month_first(text, clock, true, time_ns);
	if (got) {
		*size = weekday + got;
		return STAMP_ASCTIME;
	}
	kind = read_year_first(text, clock, &got, time_ns);
	if (kind)
		*size = weekday + got;
	return kind;
}

bool stamp_read_web(struct text text, struct stamp_clock *clock, int64_t *time_ns)
{
	int64_t day_ns, ns, east;
	size_t clock_size;

	if (text.size < 20 || text.at[2] != '/' || text.at[6] != '/' ||
	    text.at[11] != ':')
		return false;
	if (!known_day(clock, text_part(text, 0, 11), &day_ns)) {
		int day = number(text.at, 2), year = number(text.at + 7, 4);
		unsigned month = month_of(text.at + 3);

		if (!month || day < 1 || !day_begin(year, month, (unsigned)day, &day_ns))
			return false;
		learn_day(clock, text_part(text, 0, 11), day_ns);
	}
	clock_size = read_clock(text_part(text, 12, SIZE_MAX), &ns);
	if (!clock_size)
		return false;
	if (read_zone(text_part(text, 12 + clock_size, SIZE_MAX), &east) + 12 +
		    clock_size !=
	    text.size)
		return false;
	*time_ns = day_ns + ns - east;
	return true;
}
