// SPDX-License-Identifier: Apache-2.0
// Asking windhover-keeper, as an operator: one request, and its answers.
#include "keeper_client.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/message.h"

/* Its socket is windhoverd's: there one can wait for a keeper that never comes. */
static int too_late(unsigned patience_ms, struct why *why)
{
	why_set(why, 0, 0,
		"windhover-keeper does not answer (waited %u s): what it was asked may "
		"still be done; windhoverd says in its log whether the keeper starts",
		(patience_ms + 999) / 1000);
	return -ETIMEDOUT;
}

static int reach(const char *path, unsigned patience_ms, int *out, struct why *why)
{
	const struct timeval patience = { .tv_sec = patience_ms / 1000,
					  .tv_usec = patience_ms % 1000 * 1000 };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	AUTO(close) int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (strlen(path) >= sizeof(address.sun_path)) {
		why_set(why, 0, 0, "the socket's path is too long");
		return -ENAMETOOLONG;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
		*out = TAKE_FD(fd);
		return 0;
	}
	if (errno == EAGAIN)
		return too_late(patience_ms, why);
	if (errno == EACCES || errno == EPERM)
		why_set(why, 0, 0, "only root may ask the keeper");
	else
		why_set(why, 0, 0,
			"the keeper does not answer at %.200s (%s): is the service "
			"running "
			"(windhoverd --state)?",
			path, strerror(errno));
	return -errno;
}

int keeper_client_ask(const char *path, const struct keeper_request *request,
		      const int *fds, unsigned fd_count,
		      const struct keeper_client_answers *answers, struct keeper_end *end,
		      struct why *why)
{
	AUTO(free) struct keeper_answer *answer = calloc(1, sizeof(*answer));
	unsigned patience_ms = answers->patience_ms;
	AUTO(close) int keeper = -1;
	int r;

	if (!answer) {
		why_set(why, 0, 0, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	if (patience_ms == 0)
		patience_ms = request->verb == KEEPER_INSTALL ||
					      request->verb == KEEPER_ROLLBACK
				      ? KEEPER_PATIENCE_INSTALL_MS
				      : KEEPER_PATIENCE_MS;
	r = reach(path, patience_ms, &keeper, why);
	if (r == 0)
		r = message_send(keeper, request, sizeof(*request), fds, fd_count);
	while (r == 0) {
		size_t size = 0;

		r = message_receive(keeper, answer, sizeof(*answer), &size, NULL, NULL);
		if (r == 0 &&
		    (size < sizeof(uint32_t) || size != keeper_answer_size(answer->kind)))
			r = -EPROTO;
		if (r)
			break;
		if (answer->kind == KEEPER_END) {
			*end = answer->is.end;
			return 0;
		}
		if (answers->on_answer)
			answers->on_answer(answers->user, answer);
	}
	if (r == -EAGAIN)
		return too_late(patience_ms, why);
	if (!why->reason[0])
		why_set(why, 0, 0, r == -EPIPE ? "the keeper hung up: %s" : "%s",
			r == -EPIPE ? "see its log, and 'windhover content log'"
				    : strerror(-r));
	return r;
}
