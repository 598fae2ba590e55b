/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold of an event of any bytes; shared by the fuzz targets of logs. */
#pragma once

#include "detect/intake/testing_pack.h"
#include "format/testing_stream.h"
#include "model/event.h"

/* Short names are its fields, so that values have some; its rules read all of them. */
extern const struct pack event_check_pack;

/*
 * Abort unless each value lies in the event's record.  Touches every byte, so that a sanitizer sees
 * one that does not; returns a sum over all that the event has.
 */
uint64_t event_check(const struct event *event);
