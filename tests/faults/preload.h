/* SPDX-License-Identifier: Apache-2.0 */
/* What the runner and the preloaded library share: a file that both of them map. */
#pragma once

#include <stdint.h>

#define FAULTS_CALLS 96
#define FAULTS_SITES 16384 /* a power of two */
#define FAULTS_DEPTH 4
#define FAULTS_HALF  (-1) /* in place of an errno: half of it is done */

/* A place in the program that calls something which can fail; and from where it came there. */
struct faults_site {
	uint64_t hash; /* of the call and of where; 0: nobody here */
	uint64_t where
		[FAULTS_DEPTH]; /* in the program's file, innermost first; 0: no more */
	uint32_t call;          /* a number of names[] */
	uint32_t count;         /* how often */
};

/* faults.py knows this layout (struct Control there). */
struct faults_control {
	char program[16]; /* of which it is; others are left alone */
	uint64_t fail;    /* the site that fails; 0: none, all are listed */
	uint32_t call;    /* which it makes */
	uint32_t after;   /* when it was passed so often */
	int32_t error;    /* with this errno */
	uint32_t always;  /* and ever after; else once */
	uint32_t struck;  /* how often that came to be */
	int64_t clock_s;  /* the time of day is off by this */
	uint32_t full;    /* further sites had no room */
	char names[FAULTS_CALLS][24];
	struct faults_site sites[FAULTS_SITES];
};
