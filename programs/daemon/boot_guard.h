/* SPDX-License-Identifier: Apache-2.0 */
/* The boot guard of this machine: its file, its switches, and what the kernel and sensor are. */
#pragma once

#include "base/auto.h"
#include "update/slot/guard.h"

struct boot_guard_options {
	const char *path;         /* of its file; NULL: there is no guard */
	const char *command_line; /* a file: the kernel's command line */
	const char *boot_id;      /* a file: what tells this boot from others */
	const char *off;          /* a file: while it is there, no sensor */
	uint32_t stable_s;        /* so long without trouble, and an attempt went well */
	uint32_t
		recovery_s; /* so long after a crash of the machine only content changes */
	int loader, sensor; /* the programs, for their hash; O_PATH */
};

struct boot_guard {
	struct boot_guard_options options;
	struct guard guard;
	struct guard_boot boot;
	uint64_t kernel, sensor;
	char release[48];         /* of the kernel, for people */
	enum guard_rung switched; /* what the kernel's command line asks for */
	enum guard_rung rung;     /* of the attempt that runs */
	enum guard_found found;
	uint64_t crashed_pack; /* with GUARD_CRASHED */
	bool is_marked;        /* on disk, for what runs now */
	bool is_off;           /* the file that switches the sensor off was there */
	bool is_unwritten;     /* it could not be: nothing of BPF is started */
	bool is_recovering;    /* until ${recovered_ns}, or another pack */
	bool has_awaited;
	uint64_t awaited_pack; /* what is to run when that is over */
	int64_t recovered_ns;
	int64_t since_ns;
	char sentence[160]; /* why this rung, for people */
};

/*
 * boot_guard_open(guard, options, now_ns):
 * Read what the last run left.  A file that is damaged counts as one crash: nobody knows.  After a
 * crash, a recovery begins: for ${recovery_s} nothing but the keeper runs, so that a cure has the
 * time to come, or an operator to go back, before the same is tried again (F55).
 */
void boot_guard_open(struct boot_guard *guard, const struct boot_guard_options *options,
		     int64_t now_ns);

/*
 * boot_guard_begin(guard, pack, now_ns):
 * Decide how much may be tried with the pack of that digest, and bring the mark to the disk,
 * before anything is.  Without a guard it is GUARD_FULL.  During a recovery it is GUARD_OFF for
 * the pack that was asked for first; another one is the cure, and ends it.
 */
enum guard_rung boot_guard_begin(struct boot_guard *guard, const char *pack,
				 int64_t now_ns);

/* Whether the file that switches the sensor off is there. */
bool boot_guard_is_off(const struct boot_guard *guard);

/* Now and then while the sensor runs; ${is_watched}: its pack is on probation. */
void boot_guard_see(struct boot_guard *guard, bool is_watched, int64_t now_ns);

/* The sensor has ended as asked. */
void boot_guard_end(struct boot_guard *guard);

/* The loader died of loading. */
void boot_guard_blame(struct boot_guard *guard);
void boot_guard_forgive(struct boot_guard *guard);
