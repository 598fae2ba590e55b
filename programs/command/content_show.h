/* SPDX-License-Identifier: Apache-2.0 */
/* What the keeper answers, for people and as one JSON object. */
#pragma once

#include "keeper/keeper.h"

struct content_show;

/* For the answers to ${verb}.  NULL: no memory. */
struct content_show *content_show_create(bool json, enum keeper_verb verb) MUST_USE;
void content_show_free(struct content_show *show);

/* One answer; ${user} is the struct content_show.  For people it is shown at once. */
void content_show_answer(void *user, const struct keeper_answer *answer);

/* The last word; with JSON, all of it is written now.  0; or -errno, said. */
int content_show_end(struct content_show *show, const struct keeper_end *end) MUST_USE;
