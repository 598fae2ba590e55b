/* SPDX-License-Identifier: Apache-2.0 */
/* A verdict for people and for programs. */
#pragma once

#include "base/buffer.h"
#include "update/prover/prover.h"

/* Append the gates with their figures, the rules whose detections changed, and the verdict. */
void proof_show(const struct prover_verdict *verdict, struct buffer *out);

/* Append the same as one JSON object, without a newline. */
void proof_show_json(const struct prover_verdict *verdict, struct buffer *out);
