/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot guard: a durable mark before the kernel is touched, and the ladder down from it.
 * Pure: disk, clock and kernel come in as arguments.
 */
#pragma once

#include "base/text.h"

#define GUARD_ENTRIES   16 /* combinations that are blamed; the oldest is forgotten first */
#define GUARD_PATIENCE  8 /* deaths of windhoverd within one boot that count as a crash */
#define GUARD_FILE_SIZE 768

/* What may be to blame, each part a hash of all of it. */
struct guard_triple {
	uint64_t kernel, sensor, pack;
};

/* From all of the sensor down to none. */
enum guard_rung {
	GUARD_FULL,
	GUARD_ESSENTIAL, /* only the BPF program that sees program starts */
	GUARD_NO_BPF,    /* the kernel is not touched */
	GUARD_OFF,       /* no sensor: only the keeper, so that content can be mended */
	GUARD_RUNGS
};

struct guard_blame {
	struct guard_triple triple;
	uint32_t crashes;
	uint32_t zero;
};

struct guard_boot {
	uint8_t id[16]; /* the kernel's random id of this boot */
};

struct guard {
	bool is_marked;       /* an attempt began, and was not said to have ended well */
	enum guard_rung rung; /* of that attempt */
	struct guard_boot boot;
	struct guard_triple triple;
	uint32_t restarts; /* of windhoverd in that boot, none of them orderly */
	uint32_t series;   /* crashes since all of the sensor last ran well */
	uint32_t blame_count;
	struct guard_blame blames[GUARD_ENTRIES]; /* the oldest first */
};

enum guard_found {
	GUARD_CLEAN,     /* the last run ended well */
	GUARD_RESTARTED, /* windhoverd ended badly, but the machine did not */
	GUARD_CRASHED,   /* the machine went down with the sensor: ${triple} is blamed */
};

/*
 * guard_begin(guard, boot):
 * Look at the mark that the last run left, at the start of this one, and draw the conclusion;
 * the mark itself stays until guard_mark or guard_end.  To be written to disk by guard_mark's
 * caller: seeing the same mark twice must not blame twice.
 */
enum guard_found guard_begin(struct guard *guard, const struct guard_boot *boot);

/*
 * guard_rung(guard, triple):
 * How much may be tried with this combination.  One that is not blamed gets all.  One that is
 * gets less by each crash of its own; and as soon as two crashes in a row are counted, the
 * kernel is left alone: at most two boots to a machine that stays up.
 */
enum guard_rung guard_rung(const struct guard *guard, const struct guard_triple *triple);

/* This attempt begins.  On disk before the first bpf(). */
void guard_mark(struct guard *guard, const struct guard_boot *boot,
		const struct guard_triple *triple, enum guard_rung rung);

/*
 * The attempt went well: long enough, or to an orderly end.  Only a run of all of the sensor
 * ends the series; what ran on a lower rung proves nothing of the rung above.
 */
void guard_end(struct guard *guard);

/* The attempt killed its loader, though not the machine: as bad as a crash. */
void guard_blame(struct guard *guard);

/* An operator wants everything tried again. */
void guard_forgive(struct guard *guard);

/* The crashes that ${triple} is blamed for. */
uint32_t guard_crashes(const struct guard *guard, const struct guard_triple *triple);

/* A part of a triple: a hash of all that tells it from others. */
uint64_t guard_hash(struct text text);

/* To bytes for a disk, and back; false where they are not whole (a checksum tells). */
size_t guard_write(const struct guard *guard, char out[GUARD_FILE_SIZE]);
bool guard_read(struct text bytes, struct guard *out);

/* "full", "essential", "no-bpf", "off". */
const char *guard_rung_name(enum guard_rung rung);

/* What the kernel's command line asks for: windhover.off, windhover.nobpf. */
enum guard_rung guard_switch(struct text command_line);
