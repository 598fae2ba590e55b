/* SPDX-License-Identifier: Apache-2.0 */
/* Small packs for the tests of the content folder. */
#pragma once

#include "base/buffer.h"

#define TESTPACKS 3

/* Packs with different digests; each a descriptor (memfd).  Fails the test where that fails. */
void testpacks_make(int packs[TESTPACKS]);
