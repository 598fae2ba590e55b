/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files looked at by several threads, with the results of one: docs/modules/scan.md.  Each thread
 * takes the next file or, of a large one, the next part; what it finds is put in order.
 */
#pragma once

#include "scan_merge.h"

/* How many threads a scan of ${files} is worth, at most ${threads}. */
unsigned scan_pool_threads(const struct scan_files *files, unsigned threads);

/*
 * scan_pool_run(merge, files, threads):
 * Look at all files.  0, or negative errno where the threads could not be made: nothing has
 * been looked at then.
 */
int scan_pool_run(struct scan_merge *merge, const struct scan_files *files,
		  unsigned threads) MUST_USE;
