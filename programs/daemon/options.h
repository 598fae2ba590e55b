/* SPDX-License-Identifier: Apache-2.0 */
/* What windhoverd is told on its command line. */
#pragma once

#include "base/auto.h"
#include "detect/recorder/recorder.h"
#include "resource_limits.h"

#include <stdbool.h>
#include <stdint.h>

struct options {
	const char *pack, *output;
	const char *state;        /* a folder for content and boot guard; NULL: neither */
	const char *socket;       /* for operators, with ${state} */
	const char *off;          /* a file: while it is there, no sensor runs */
	const char *command_line; /* a file: the kernel's command line */
	const char *boot_id;      /* a file: what tells this boot from others */
	bool ask_novel;
	uint32_t stable_s, recovery_s, probation_s, probation_novel_s, probation_events;
	uint32_t probation_memory_mib, probation_cpu_permille, probation_detections;
	uint32_t disarmed, disarmed_probation; /* tests: gates that do not refuse */
	uint32_t rule_alerts, rule_rest_s;     /* struct breaker_limits */
	struct resource_limits limits;         /* of the sensor */
	const char *recorder;                  /* its folder; NULL: nothing is recorded */
	struct recorder_limits recorder_limits;
	uint64_t rotate_size;
	unsigned rotate_count;
	char ring_size[40], refuse[24];
	const char *back_ends; /* "1", "2", or "0" for either */
	uint32_t flags;        /* enum role_flag */
	uint32_t follow_pid, metrics_s, self_check_s;
	bool no_bpf; /* even where it may be used */
	bool lines, with_parent, may_try;
};

/*
 * options_read(argc, argv, options):
 * 0; -EINVAL where something is not understood, said on standard error.  --help is answered
 * at once, and ends the program.
 */
int options_read(int argc, char **argv, struct options *options) MUST_USE;
