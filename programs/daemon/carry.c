// SPDX-License-Identifier: Apache-2.0
// Carrying the sensor's output to where it is wanted, copied and not looked into.
#include "carry.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/message.h"

int carry_journal(void)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX,
					     .sun_path = "/run/systemd/journal/socket" };
	AUTO(close) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	return TAKE_FD(fd);
}

int carry_wait(const struct carry *carry, short *events)
{
	*events = carry->pending_size ? POLLOUT : POLLIN;
	return carry->pending_size ? STDOUT_FILENO : carry->from;
}

/* Standard output took no more of it. */
static void give_pending_up(struct carry *carry, int error)
{
	size_t at = carry->pending_at;

	/* Nobody reads any more. */
	if (error == EPIPE)
		carry->lines = false;
	else
		carry->lines_error = error;
	carry->dropped++;
	if (at)
		carry->is_torn = carry->pending[at - 1] != '\n';
	carry->pending_at = carry->pending_size;
}

static bool write_pending(struct carry *carry)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
	size_t before = carry->pending_at;

	/* A pipe that is ready takes PIPE_BUF bytes without making us wait. */
	while (carry->pending_at < carry->pending_size && poll(&out, 1, 0) > 0) {
		size_t size = carry->pending_size - carry->pending_at;
		ssize_t put = write(STDOUT_FILENO, carry->pending + carry->pending_at,
				    size < PIPE_BUF ? size : PIPE_BUF);

		if (put < 0 && (errno == EINTR || errno == EAGAIN))
			break;
		if (put < 0) {
			give_pending_up(carry, errno);
			break;
		}
		carry->pending_at += (size_t)put;
		carry->lines_error = 0;
		carry->is_torn = false;
	}
	if (carry->pending_at < carry->pending_size)
		return carry->pending_at > before;
	carry->pending_at = carry->pending_size = 0;
	return true;
}

static void pass_on(struct carry *carry, enum role_output kind, struct text bytes)
{
	if (kind == ROLE_JOURNAL) {
		if (carry->journal >= 0 && send(carry->journal, bytes.at, bytes.size,
						MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			carry->dropped++;
		return;
	}
	carry->in_line = bytes.at[bytes.size - 1] != '\n';
	if (carry->file) {
		carry->file_error = -rotate_write(carry->file, bytes);
		carry->dropped += carry->file_error != 0;
	}
	if (carry->lines) {
		carry->pending[0] = '\n';
		memcpy(carry->pending + carry->is_torn, bytes.at, bytes.size);
		carry->pending_at = 0;
		carry->pending_size = bytes.size + carry->is_torn;
		(void)write_pending(carry);
	}
}

void carry_own(struct carry *carry, struct text line)
{
	/* Better not said than said within another line. */
	if (carry->in_line || carry->pending_size || line.size > ROLE_OUTPUT_SIZE) {
		carry->dropped++;
		return;
	}
	pass_on(carry, ROLE_LINES, line);
}

void carry_health(struct carry *carry, const struct line_health *health)
{
	AUTO(buffer) struct buffer line;

	buffer_init(&line, LINE_SIZE_MAX);
	line_health(health, &line);
	if (!line.failed)
		carry_own(carry, buffer_view(&line));
}

static void end_line(struct carry *carry)
{
	if (carry->in_line)
		pass_on(carry, ROLE_LINES, TEXT("\n"));
}

/* Whoever was killed within a line does not spoil the next one's first. */
static void take_next(struct carry *carry)
{
	end_line(carry);
	auto_close(&carry->from);
	carry->from = -1;
	if (carry->next_count == 0)
		return;
	carry->from = carry->next[0];
	carry->next_count--;
	memmove(carry->next, carry->next + 1, carry->next_count * sizeof(*carry->next));
}

bool carry_from(struct carry *carry, int fd)
{
	bool has_room = carry->next_count < CARRY_NEXT;

	if (!has_room) {
		carry->dropped++;
		if (carry->pending_size) {
			carry->in_line = true;
			carry->pending_at = carry->pending_size = 0;
		}
		take_next(carry);
	}
	if (carry->from < 0)
		carry->from = fd;
	else
		carry->next[carry->next_count++] = fd;
	return has_room;
}

bool carry_on(struct carry *carry)
{
	static char bytes[ROLE_OUTPUT_SIZE];
	struct pollfd more = { .fd = carry->from, .events = POLLIN };
	size_t size = 0;
	int r;

	if (carry->pending_size)
		return write_pending(carry);
	if (carry->from < 0 || poll(&more, 1, 0) <= 0)
		return false;
	r = message_receive(carry->from, bytes, sizeof(bytes), &size, NULL, NULL);
	if (r == -EPIPE)
		take_next(carry);
	if (r == 0 && size > 1)
		pass_on(carry, (enum role_output)bytes[0],
			(struct text){ .at = bytes + 1, .size = size - 1 });
	return r == 0;
}

bool carry_news(struct carry *carry, char *out, size_t size, bool *lost)
{
	int error = carry->file_error ? carry->file_error : carry->lines_error;

	if (error == carry->told_error)
		return false;
	carry->told_error = error;
	*lost = error != 0;
	if (error)
		(void)snprintf(out, size, "%s takes nothing: %s",
			       carry->file_error ? "the output file" : "standard output",
			       strerror(error));
	else
		(void)snprintf(out, size,
			       "all outputs take lines again; %llu messages were lost",
			       (unsigned long long)carry->dropped);
	return true;
}

void carry_rest(struct carry *carry, int most_ms)
{
	while (carry->from >= 0 || carry->pending_size) {
		struct pollfd next = { 0 };

		next.fd = carry_wait(carry, &next.events);
		if (poll(&next, 1, most_ms) <= 0)
			break;
		(void)carry_on(carry);
	}
	if (carry->pending_size == 0)
		end_line(carry);
}
