/* SPDX-License-Identifier: Apache-2.0 */
/* What windhoverd and windhover-recorder say to each other. */
#pragma once

#include "detect/recorder/recorder.h"
#include "roles.h"

/*
 * windhoverd sends one message, and then nothing any more: that its end of the socket is closed
 * tells the recorder to write what there is, and to end.
 */
#define ROLE_RECORD 64

/* The segments come first. */
enum role_record_fd {
	ROLE_RECORD_CHANNEL = RECORDER_SEGMENTS,
	ROLE_RECORD_BELL,
	ROLE_RECORD_LOCK, /* held as long as somebody may write to the segments */
	ROLE_RECORD_FDS,
};

struct role_record {
	uint32_t kind;
	uint32_t zero;
	struct recorder_limits limits;
};
