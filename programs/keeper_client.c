// SPDX-License-Identifier: Apache-2.0
// Asking windhover-keeper, as an operator: one request, and its answers.
#include "keeper_client.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/message.h"

static int reach(const char *path, int *out, struct why *why)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	AUTO(close) int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (strlen(path) >= sizeof(address.sun_path)) {
		why_set(why, 0, 0, "the socket's path is too long");
		return -ENAMETOOLONG;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
		*out = TAKE_FD(fd);
		return 0;
	}
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
	AUTO(close) int keeper = -1;
	int r;

	if (!answer)
		return -ENOMEM;
	r = reach(path, &keeper, why);
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
	if (!why->reason[0])
		why_set(why, 0, 0, r == -EPIPE ? "the keeper hung up: %s" : "%s",
			r == -EPIPE ? "see its log, and 'windhover content log'"
				    : strerror(-r));
	return r;
}
