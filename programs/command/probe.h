/* SPDX-License-Identifier: Apache-2.0 */
/* What this machine offers a sensor: tried, not guessed from version numbers. */
#pragma once

#include "base/auto.h"
#include "base/text.h"

#define PROBE_ANSWER_SIZE 160

enum probe_state {
	PROBE_YES,
	PROBE_NO,
	PROBE_UNKNOWN, /* it can't be told from here */
};

/* One fact. */
struct probe {
	const char *key;   /* for programs: "bpf.tp_btf" */
	const char *title; /* for people */
	enum probe_state state;
	char answer[PROBE_ANSWER_SIZE]; /* a value, or why not */
};

#define PROBES_MAX 32

/*
 * probe_all(out):
 * Fill ${out} (PROBES_MAX entries); returns how many.  Loads tiny BPF programs and maps, attaches
 * none, and closes them at once.
 */
unsigned probe_all(struct probe *out);
