// SPDX-License-Identifier: Apache-2.0
// Points in time as logs write them.
#include "base/moment.h"

#include <stdio.h>

#define NS 1000000000

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back: the usual
   arithmetic on years that begin in March, so that the leap day is a year's last. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year =
		(153 * (month > 2 ? (int)month - 3 : (int)month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(int64_t days, struct moment *out)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t march = (5 * of_year + 2) / 153;

	out->day = (unsigned)(of_year - (153 * march + 2) / 5 + 1);
	out->month = (unsigned)(march < 10 ? march + 3 : march - 9);
	out->year = (int)(year + era * 400 + (out->month <= 2));
}

/* ${count} digits at ${*at}; false where there are not so many. */
static bool digits(struct text text, size_t *at, unsigned count, unsigned *out)
{
	unsigned value = 0;

	if (text.size - *at < count)
		return false;
	for (unsigned i = 0; i < count; i++) {
		char c = text.at[*at + i];

		if (c < '0' || c > '9')
			return false;
		value = value * 10 + (unsigned)(c - '0');
	}
	*at += count;
	*out = value;
	return true;
}

static bool sign(struct text text, size_t *at, char c)
{
	if (*at >= text.size || text.at[*at] != c)
		return false;
	++*at;
	return true;
}

static uint32_t fraction(struct text text, size_t *at)
{
	uint32_t value = 0, scale = NS / 10;

	while (*at < text.size && text.at[*at] >= '0' && text.at[*at] <= '9') {
		value += (uint32_t)(text.at[(*at)++] - '0') * scale;
		scale /= 10;
	}
	return value;
}

/* The zone at the end, in seconds east; false where something else stands there. */
static bool zone(struct text text, size_t at, int64_t *east)
{
	struct text rest = text_part(text, at, SIZE_MAX);
	unsigned hours = 0, minutes = 0;
	bool west;

	*east = 0;
	if (rest.size == 0 || text_is(rest, TEXT("Z")) || text_is(rest, TEXT("z")) ||
	    text_is(rest, TEXT(" UTC")))
		return true;
	west = text.at[at] == '-';
	if (!west && text.at[at] != '+')
		return false;
	at++;
	if (!digits(text, &at, 2, &hours))
		return false;
	(void)sign(text, &at, ':');
	if (at < text.size && !digits(text, &at, 2, &minutes))
		return false;
	if (at != text.size || hours > 23 || minutes > 59)
		return false;
	*east = (int64_t)(hours * 3600 + minutes * 60) * (west ? -1 : 1);
	return true;
}

static bool parse_iso(struct text text, int64_t *time_ns)
{
	unsigned year, month, day, hour = 0, minute = 0, second = 0;
	uint32_t nanosecond = 0;
	int64_t east = 0, days;
	struct moment date;
	size_t at = 0;

	if (!digits(text, &at, 4, &year) || !sign(text, &at, '-') ||
	    !digits(text, &at, 2, &month) || !sign(text, &at, '-') ||
	    !digits(text, &at, 2, &day))
		return false;
	if (at < text.size) {
		if (!sign(text, &at, 'T') && !sign(text, &at, ' ') &&
		    !sign(text, &at, 't'))
			return false;
		if (!digits(text, &at, 2, &hour) || !sign(text, &at, ':') ||
		    !digits(text, &at, 2, &minute))
			return false;
		if (sign(text, &at, ':') && !digits(text, &at, 2, &second))
			return false;
		if (sign(text, &at, '.') || sign(text, &at, ','))
			nanosecond = fraction(text, &at);
		if (!zone(text, at, &east))
			return false;
	}
	if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 ||
	    second > 60 || year < 1678 || year > 2261)
		return false;
	days = days_of(year, month, day);
	if (day > 28) {
		/* The 30th of February would be a day in March. */
		date_of(days, &date);
		if (date.day != day)
			return false;
	}
	*time_ns = (days * 86400 + hour * 3600 + minute * 60 + second - east) * NS +
		   nanosecond;
	return true;
}

/* A number since 1970: its size tells the unit, for dates from 1973 to the year 5000. */
static bool parse_number(struct text text, int64_t *time_ns)
{
	int64_t value = 0, unit = NS;
	uint32_t nanosecond = 0;
	size_t at = 0;

	for (; at < text.size && text.at[at] >= '0' && text.at[at] <= '9'; at++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, text.at[at] - '0', &value))
			return false;
	if (at == 0)
		return false;
	if (sign(text, &at, '.'))
		nanosecond = fraction(text, &at);
	if (at != text.size)
		return false;
	while (unit > 1 && value >= 100000000000 * (NS / unit))
		unit /= 1000;
	if (__builtin_mul_overflow(value, unit, &value))
		return false;
	if (unit == NS && __builtin_add_overflow(value, nanosecond, &value))
		return false;
	*time_ns = value;
	return true;
}

bool moment_parse(struct text text, int64_t *time_ns)
{
	while (text.size && text.at[0] == ' ')
		text = text_part(text, 1, SIZE_MAX);
	while (text.size && text.at[text.size - 1] == ' ')
		text.size--;
	if (text.size == 0)
		return false;
	return parse_iso(text, time_ns) || parse_number(text, time_ns);
}

/* ISO 8601: the week of a day is the week of its Thursday, counted in that one's year. */
static unsigned iso_week(int64_t days)
{
	int64_t weekday = ((days + 3) % 7 + 7) % 7; /* Monday 0 */
	int64_t thursday = days - weekday + 3;
	struct moment date;

	date_of(thursday, &date);
	return (unsigned)((thursday - days_of(date.year, 1, 1)) / 7 + 1);
}

void moment_split(int64_t time_ns, struct moment *out)
{
	int64_t seconds = time_ns / NS, part = time_ns % NS, days, of_day;

	if (part < 0) {
		part += NS;
		seconds--;
	}
	days = seconds / 86400;
	of_day = seconds % 86400;
	if (of_day < 0) {
		of_day += 86400;
		days--;
	}
	date_of(days, out);
	out->hour = (unsigned)(of_day / 3600);
	out->minute = (unsigned)(of_day / 60 % 60);
	out->second = (unsigned)(of_day % 60);
	out->nanosecond = (uint32_t)part;
	out->week = iso_week(days);
}

void moment_format(int64_t time_ns, char out[MOMENT_SIZE])
{
	struct moment m;

	moment_split(time_ns, &m);
	(void)snprintf(out, MOMENT_SIZE, "%04d-%02u-%02uT%02u:%02u:%02u.%06uZ",
		       m.year % 10000, m.month % 100, m.day % 100, m.hour % 100,
		       m.minute % 100, m.second % 100, m.nanosecond / 1000 % 1000000);
}
