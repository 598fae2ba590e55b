/* SPDX-License-Identifier: Apache-2.0 */
/* A rule's ATT&CK tags as ECS threat.*. */
#pragma once

#include "base/buffer.h"
#include "model/pack.h"

/* Append the member "threat" for what the rule's tags name; nothing where they name nothing. */
void threat_write(const struct pack *pack, uint32_t rule, uint32_t tag_count,
		  struct buffer *out);

/* The names of ATT&CK's tactics in the order in which it has them; NULL behind the last. */
const char *threat_tactic(unsigned number);

/*
 * threat_technique(tag, out):
 * "attack.t1059.004" -> "T1059.004" in ${out} (16 bytes, terminated).  False: no technique.
 */
bool threat_technique(struct text tag, char out[16]);
