// SPDX-License-Identifier: Apache-2.0
// Typed values of BinXML -> UTF-8: docs/formats/evtx.md says how each is written, and why.
#include "format/evtx_value.h"

#include <math.h>
#include <stdio.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

uint32_t evtx_value_unit(uint8_t type)
{
	static const uint8_t units[] = {
		[EVTX_INT8] = 1,     [EVTX_UINT8] = 1,       [EVTX_INT16] = 2,
		[EVTX_UINT16] = 2,   [EVTX_INT32] = 4,       [EVTX_UINT32] = 4,
		[EVTX_INT64] = 8,    [EVTX_UINT64] = 8,      [EVTX_REAL32] = 4,
		[EVTX_REAL64] = 8,   [EVTX_BOOL] = 4,        [EVTX_GUID] = 16,
		[EVTX_FILETIME] = 8, [EVTX_SYSTEMTIME] = 16, [EVTX_HEX32] = 4,
		[EVTX_HEX64] = 8,
	};

	return type < sizeof(units) ? units[type] : 0;
}

static char *put_point(char *out, uint32_t point)
{
	if (point < 0x80) {
		*out++ = (char)point;
	} else if (point < 0x800) {
		*out++ = (char)(0xc0 | point >> 6);
		*out++ = (char)(0x80 | (point & 0x3f));
	} else if (point < 0x10000) {
		*out++ = (char)(0xe0 | point >> 12);
		*out++ = (char)(0x80 | (point >> 6 & 0x3f));
		*out++ = (char)(0x80 | (point & 0x3f));
	} else {
		*out++ = (char)(0xf0 | point >> 18);
		*out++ = (char)(0x80 | (point >> 12 & 0x3f));
		*out++ = (char)(0x80 | (point >> 6 & 0x3f));
		*out++ = (char)(0x80 | (point & 0x3f));
	}
	return out;
}

/* Four characters as four bytes, if all of them are ASCII. */
static bool put_four(const uint8_t *at, char *out)
{
	uint64_t units = evtx_u64(at);
	uint32_t bytes;

	if (units & 0xff80ff80ff80ff80u)
		return false;
	units |= units >> 8;
	bytes = (uint32_t)((units & 0xffff) | (units >> 16 & 0xffff0000u));
	memcpy(out, &bytes, sizeof(bytes));
	return true;
}

/* As many characters from the front as are ASCII, in whole blocks; returns their bytes. */
static uint32_t put_ascii(const uint8_t *at, uint32_t size, char *out)
{
	uint32_t done = 0;
#ifdef __SSE2__
	const __m128i high = _mm_set1_epi16((short)0xff80);

	for (; size - done >= 16; done += 16) {
		__m128i units = _mm_loadu_si128((const __m128i *)(at + done));
		__m128i over = _mm_and_si128(units, high);

		if (_mm_movemask_epi8(_mm_cmpeq_epi16(over, _mm_setzero_si128())) !=
		    0xffff)
			return done;
		_mm_storel_epi64((__m128i *)(out + done / 2),
				 _mm_packus_epi16(units, units));
	}
#endif
	while (size - done >= 8 && put_four(at + done, out + done / 2))
		done += 8;
	return done;
}

/* The character at ${*i} of ${size} bytes; moves ${*i} behind it. */
static inline char *put_character(const uint8_t *at, uint32_t size, uint32_t *i, char *to)
{
	uint32_t unit = evtx_u16(at + *i), low;

	*i += 2;
	if (unit < 0xd800 || unit >= 0xe000)
		return put_point(to, unit);
	low = unit < 0xdc00 && *i < size ? evtx_u16(at + *i) : 0;
	if (low < 0xdc00 || low >= 0xe000)
		return put_point(to, 0xfffd);
	*i += 2;
	return put_point(to, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
}

size_t evtx_utf16_plain(const uint8_t *at, uint32_t size, char *out)
{
	char *to = out;
	uint32_t i = 0;

	size &= ~1u;
	while (i < size)
		to = put_character(at, size, &i, to);
	return (size_t)(to - out);
}

size_t evtx_utf16(const uint8_t *at, uint32_t size, char *out)
{
	char *to = out;
	uint32_t i = 0;

	size &= ~1u;
	while (i < size) {
		uint32_t ascii = put_ascii(at + i, size - i, to), stop;

		i += ascii;
		to += ascii / 2;
		/* Where one is not ASCII its neighbours rarely are: no new try for each. */
		stop = size - i > 16 ? i + 16 : size;
		while (i < stop)
			to = put_character(at, size, &i, to);
	}
	return (size_t)(to - out);
}

size_t evtx_narrow(uint8_t type, const uint8_t *at, uint32_t size, char *out)
{
	uint32_t done;

	if ((type & ~EVTX_ARRAY) == EVTX_ANSI) {
		if (size)
			memcpy(out, at, size);
		return size;
	}
	size &= ~1u;
	done = put_ascii(at, size, out);
	for (; done < size; done += 2)
		out[done / 2] = (char)(evtx_u16(at + done) < 0x80 ? at[done] : 0x80);
	return size / 2;
}

size_t evtx_entity_write(const uint8_t *name, uint32_t size, char *out)
{
	static const struct {
		struct text name;
		char character;
	} known[] = { { { "amp", 3 }, '&' },
		      { { "lt", 2 }, '<' },
		      { { "gt", 2 }, '>' },
		      { { "quot", 4 }, '"' },
		      { { "apos", 4 }, '\'' } };
	size_t used = evtx_utf16(name, size, out);

	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (text_is((struct text){ .at = out, .size = used }, known[i].name)) {
			*out = known[i].character;
			return 1;
		}
	}
	return used;
}

/* Logs name no code page; most of the world's machines without UTF-16 have had this one. */
static size_t put_ansi(const uint8_t *at, uint32_t size, char *out)
{
	static const uint16_t high[32] = {
		0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
		0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
	};
	char *to = out;

	for (uint32_t i = 0; i < size; i++)
		to = put_point(to, at[i] >= 0x80 && at[i] < 0xa0 ? high[at[i] - 0x80]
								 : at[i]);
	return (size_t)(to - out);
}

static size_t put_decimal(uint64_t number, char *out)
{
	char digits[20];
	size_t size = 0;

	do {
		digits[size++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	for (size_t i = 0; i < size; i++)
		out[i] = digits[size - 1 - i];
	return size;
}

static size_t put_signed(int64_t number, char *out)
{
	if (number >= 0)
		return put_decimal((uint64_t)number, out);
	*out = '-';
	return 1 + put_decimal(-(uint64_t)number, out + 1);
}

static size_t put_hex(uint64_t number, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t size = 2;
	int shift = 60;

	out[0] = '0';
	out[1] = 'x';
	while (shift && !(number >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		out[size++] = digits[number >> shift & 15];
	return size;
}

static inline size_t put_bytes(const uint8_t *at, uint32_t size, char *out)
{
	static const char digits[] = "0123456789ABCDEF";

	for (uint32_t i = 0; i < size; i++) {
		out[2 * i] = digits[at[i] >> 4];
		out[2 * i + 1] = digits[at[i] & 15];
	}
	return 2 * (size_t)size;
}

/* Without the braces that Windows has around it. */
static size_t put_guid(const uint8_t *at, char *out)
{
	static const uint8_t order[16] = { 3, 2, 1,  0,  5,  4,  7,  6,
					   8, 9, 10, 11, 12, 13, 14, 15 };
	static const uint8_t places[16] = { 0,  2,  4,  6,  9,  11, 14, 16,
					    19, 21, 24, 26, 28, 30, 32, 34 };

	out[8] = out[13] = out[18] = out[23] = '-';
	for (unsigned i = 0; i < 16; i++)
		(void)put_bytes(at + order[i], 1, out + places[i]);
	return 36;
}

/* ${digits} digits, zeroes in front. */
static char *put_digits(char *out, uint32_t number, unsigned digits)
{
	for (unsigned i = digits; i-- > 0; number /= 10)
		out[i] = (char)('0' + number % 10);
	return out + digits;
}

struct date {
	uint32_t year, month, day;
};

static size_t put_time(struct date date, uint32_t second, uint32_t microsecond, char *out)
{
	char *to = put_digits(out, date.year, date.year > 9999 ? 5 : 4);

	*to++ = '-';
	to = put_digits(to, date.month, 2);
	*to++ = '-';
	to = put_digits(to, date.day, 2);
	*to++ = 'T';
	to = put_digits(to, second / 3600, 2);
	*to++ = ':';
	to = put_digits(to, second / 60 % 60, 2);
	*to++ = ':';
	to = put_digits(to, second % 60, 2);
	*to++ = '.';
	to = put_digits(to, microsecond, 6);
	*to++ = 'Z';
	return (size_t)(to - out);
}

/*
 * The date that is ${days} after 1601-01-01, counted in years that begin in March, so that the
 * leap day is their last: https://howardhinnant.github.io/date_algorithms.html.  A cycle of 400
 * years begins 306 days earlier, on 1600-03-01.
 */
static struct date date_of(uint32_t days)
{
	uint32_t since = days + 306, cycle = since / 146097, day = since % 146097;
	uint32_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	uint32_t of_year = day - (365 * year + year / 4 - year / 100);
	uint32_t month = (5 * of_year + 2) / 153;
	struct date date = { .day = of_year - (153 * month + 2) / 5 + 1,
			     .month = month < 10 ? month + 3 : month - 9 };

	date.year = 1600 + 400 * cycle + year + (date.month <= 2);
	return date;
}

static size_t put_filetime(uint64_t time, char *out)
{
	uint64_t seconds = time / 10000000;

	return put_time(date_of((uint32_t)(seconds / 86400)), (uint32_t)(seconds % 86400),
			(uint32_t)(time % 10000000 / 10), out);
}

/* Year, month, day of the week, day, hour, minute, second, millisecond: 16 bits each. */
static size_t put_systemtime(const uint8_t *at, char *out)
{
	struct date date = { .year = evtx_u16(at),
			     .month = evtx_u16(at + 2),
			     .day = evtx_u16(at + 6) };
	uint32_t hour = evtx_u16(at + 8), minute = evtx_u16(at + 10),
		 second = evtx_u16(at + 12), milli = evtx_u16(at + 14);

	if (date.month > 12 || date.day > 31 || hour > 23 || minute > 59 || second > 59 ||
	    milli > 999)
		return put_bytes(at, 16, out);
	return put_time(date, 3600 * hour + 60 * minute + second, 1000 * milli, out);
}

/* [MS-DTYP] 2.4.2.1: an authority that needs more than 32 bits is in hexadecimal. */
static size_t put_sid(const uint8_t *at, uint32_t size, char *out)
{
	uint64_t authority = 0;
	size_t used = 2;

	if (size < 8 || at[1] > 15 || size != 8u + 4u * at[1])
		return put_bytes(at, size, out);
	out[0] = 'S';
	out[1] = '-';
	used += put_decimal(at[0], out + used);
	out[used++] = '-';
	for (unsigned i = 2; i < 8; i++)
		authority = authority << 8 | at[i];
	used += authority >> 32 ? put_hex(authority, out + used)
				: put_decimal(authority, out + used);
	for (unsigned i = 0; i < at[1]; i++) {
		out[used++] = '-';
		used += put_decimal(evtx_u32(at + 8 + 4 * i), out + used);
	}
	return used;
}

/* The fewest digits that read back as the same number. */
static size_t put_real(double number, bool is_single, char *out, enum evtx_class *class)
{
	int size = 0;

	/* JSON has no such numbers. */
	*class = isfinite(number) ? EVTX_IS_NUMBER : EVTX_IS_TEXT;
	if (!isfinite(number))
		return (size_t)snprintf(out, 8, "%s",
					isnan(number) ? "NaN"
					: number > 0  ? "INF"
						      : "-INF");
	for (int digits = is_single ? 6 : 15; digits <= 17; digits++) {
		size = snprintf(out, 64, "%.*g", digits, number);
		if (is_single ? strtof(out, NULL) == (float)number
			      : strtod(out, NULL) == number)
			break;
	}
	return (size_t)size;
}

/* An integer of as many bytes as there are, whatever its type has. */
static bool read_integer(const uint8_t *at, uint32_t size, uint64_t *out)
{
	if (size == 1)
		*out = at[0];
	else if (size == 2)
		*out = evtx_u16(at);
	else if (size == 4)
		*out = evtx_u32(at);
	else if (size == 8)
		*out = evtx_u64(at);
	else
		return false;
	return true;
}

static size_t put_integer(uint8_t type, const uint8_t *at, uint32_t size, char *out,
			  enum evtx_class *class)
{
	uint64_t number;
	unsigned unused = 64 - 8 * (size & 15);

	if (!read_integer(at, size, &number))
		return put_bytes(at, size, out);
	switch (type) {
	case EVTX_INT8:
	case EVTX_INT16:
	case EVTX_INT32:
	case EVTX_INT64:
		*class = EVTX_IS_NUMBER;
		return put_signed((int64_t)(number << unused) >> unused, out);
	case EVTX_BOOL:
		*class = EVTX_IS_BOOL;
		memcpy(out, number ? "true" : "false", 5);
		return number ? 4 : 5;
	case EVTX_SIZE:
	case EVTX_HANDLE:
	case EVTX_HEX32:
	case EVTX_HEX64:
		return put_hex(number, out);
	default:
		*class = EVTX_IS_NUMBER;
		return put_decimal(number, out);
	}
}

static size_t put_float(const uint8_t *at, uint32_t size, char *out,
			enum evtx_class *class)
{
	uint64_t bits;
	uint32_t half;
	double number;
	float single;

	if (size != 4 && size != 8)
		return put_bytes(at, size, out);
	bits = size == 8 ? evtx_u64(at) : 0;
	half = evtx_u32(at);
	memcpy(&number, &bits, sizeof(number));
	memcpy(&single, &half, sizeof(single));
	return put_real(size == 8 ? number : (double)single, size == 4, out, class);
}

/* Text without the NULs that end it. */
static uint32_t without_end(const uint8_t *at, uint32_t size, uint32_t unit)
{
	size -= size % unit;
	while (size && at[size - 1] == 0 && at[size - unit] == 0)
		size -= unit;
	return size;
}

size_t evtx_value_write(uint8_t type, const uint8_t *at, uint32_t size, char *out,
			enum evtx_class *class)
{
	*class = EVTX_IS_TEXT;
	switch (type) {
	case EVTX_STRING:
	case EVTX_XML:
		return evtx_utf16(at, without_end(at, size, 2), out);
	case EVTX_ANSI:
		return put_ansi(at, without_end(at, size, 1), out);
	case EVTX_BINARY:
		return put_bytes(at, size, out);
	default:
		break;
	}
	if (type == EVTX_NULL || size == 0) {
		*class = EVTX_IS_NULL;
		return 0;
	}
	switch (type) {
	case EVTX_INT8 ... EVTX_UINT64:
	case EVTX_BOOL:
	case EVTX_SIZE:
	case EVTX_HANDLE:
	case EVTX_HEX32:
	case EVTX_HEX64:
		return put_integer(type, at, size, out, class);
	case EVTX_REAL32:
	case EVTX_REAL64:
		return put_float(at, size, out, class);
	case EVTX_GUID:
		return size == 16 ? put_guid(at, out) : put_bytes(at, size, out);
	case EVTX_FILETIME:
		return size == 8 ? put_filetime(evtx_u64(at), out)
				 : put_bytes(at, size, out);
	case EVTX_SYSTEMTIME:
		return size == 16 ? put_systemtime(at, out) : put_bytes(at, size, out);
	case EVTX_SID:
		return put_sid(at, size, out);
	default:
		return put_bytes(at, size, out);
	}
}

/* A text up to its NUL; the last one may lack it. */
static uint32_t text_item(const struct evtx_items *items, uint32_t unit, uint32_t *taken)
{
	uint32_t size = 0;

	while (size + unit <= items->left &&
	       (items->at[size] || (unit == 2 && items->at[size + 1])))
		size += unit;
	*taken = size + unit <= items->left ? size + unit : items->left;
	return size;
}

const uint8_t *evtx_items_next(struct evtx_items *items, uint32_t *size)
{
	const uint8_t *at = items->at;
	uint32_t taken;

	if (!items->left)
		return NULL;
	if (items->type == EVTX_STRING || items->type == EVTX_ANSI) {
		*size = text_item(items, items->type == EVTX_STRING ? 2 : 1, &taken);
	} else {
		uint32_t unit = evtx_value_unit(items->type);

		if (items->type == EVTX_SID && items->left >= 8 && at[1] <= 15)
			unit = 8u + 4u * at[1];
		/* What has no members that could be told is one of its own. */
		taken = unit && unit < items->left ? unit : items->left;
		*size = taken;
	}
	items->at += taken;
	items->left -= taken;
	return at;
}
