/* SPDX-License-Identifier: Apache-2.0 */
/* The recorder's disk, as open files. */
#pragma once

#include "detect/recorder/recorder.h"

/*
 * files_disk(fds):
 * A disk over RECORDER_SEGMENTS files open for reading and writing; ${fds} stay the caller's
 * and must outlive it.
 */
struct recorder_disk files_disk(int *fds);
