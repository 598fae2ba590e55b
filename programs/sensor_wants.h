/* SPDX-License-Identifier: Apache-2.0 */
/* Which kinds of events somebody asks for. */
#pragma once

#include "detect/engine/engine.h"

/*
 * sensor_wants(pack, engine, flags, is_recorded):
 * The kinds of records, a set, of whose events anything is to become: by a rule of ${pack} (NULL:
 * there is none) in ${engine}, by ${flags} (enum role_flag), or by the flight recorder.
 */
uint64_t sensor_wants(const struct pack *pack, struct engine *engine, uint32_t flags,
		      bool is_recorded);
