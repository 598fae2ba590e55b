/* SPDX-License-Identifier: Apache-2.0 */
/* The events of text logs as JSON on one line each, in shapes that the intake knows. */
#pragma once

#include "base/buffer.h"
#include "format/access_log.h"
#include "format/auditd_event.h"
#include "format/json.h"
#include "format/syslog.h"

/* Append to ${out}; the shapes are in docs/formats/text.md. */
void text_log_json_syslog(const struct syslog_line *line, struct buffer *out);
void text_log_json_access(const struct access_line *line, struct buffer *out);
void text_log_json_audit(const struct auditd_event *audit, struct buffer *out);

/* A document whose nodes were not read from JSON. */
void text_log_json_document(const struct json_document *document, struct buffer *out);
