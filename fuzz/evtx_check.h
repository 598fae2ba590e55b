/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold of an event of any bytes; shared by the fuzz targets of event logs. */
#pragma once

#include "base/buffer.h"
#include "model/event.h"

/*
 * Abort unless every value lies in the record, before the event is completed and after; touches
 * each byte, so that a sanitizer sees.
 */
void evtx_check_event(const struct event *event);

/* Abort unless ${json} is one JSON document on one line. */
void evtx_check_json(const struct buffer *json);
