/* SPDX-License-Identifier: Apache-2.0 */
/* Packs damaged on purpose: edits to a sound pack, and what must hold all the same. */
#pragma once

#include "base/buffer.h"
#include "base/text.h"

struct pack_bench;

/*
 * pack_bench_create(rules):
 * Build a sound pack from the rules in the file ${rules}, to be damaged.  NULL, with the reason
 * on stderr, where that fails.
 */
struct pack_bench *pack_bench_create(const char *rules);
void pack_bench_free(struct pack_bench *bench);

/* What pack_bench_try found. */
enum pack_fate { PACK_FATE_REFUSED, PACK_FATE_RAN };

/* Bytes that one edit takes: where (4), how (1), with what (4). */
#define PACK_EDIT_SIZE 9

/*
 * pack_bench_try(bench, edits, events, seed):
 * Damage a copy of the pack as ${edits} say (PACK_EDIT_SIZE bytes each, a rest is ignored), make
 * its digest right again - else nothing but the digest would be tested - and open it.  A pack
 * that the verifier accepts is run over ${events} events made from ${seed}.
 */
enum pack_fate pack_bench_try(struct pack_bench *bench, struct text edits,
			      unsigned events, uint32_t seed);
