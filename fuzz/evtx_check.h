/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold of an event of any bytes; shared by the fuzz targets of event logs. */
#pragma once

#include "base/buffer.h"
#include "event_check.h"

/* As event_check's; but its rules read every other field, the rest is for later. */
extern const struct pack evtx_check_pack;

/* What event_check checks, before the event is completed and after. */
void evtx_check_event(const struct event *event);

/* Abort unless ${json} is one JSON document on one line. */
void evtx_check_json(const struct buffer *json);
