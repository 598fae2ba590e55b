/* SPDX-License-Identifier: Apache-2.0 */
/* The page of programs/report as one text in two halves; tools/embed-page writes the code. */
#pragma once

#include "base/text.h"

struct text scan_html_page_head(void);
struct text scan_html_page_tail(void);
