// SPDX-License-Identifier: Apache-2.0
// What an operator is told where the keeper does not answer.
#include "keeper_client.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include "base/message.h"

struct place {
	char folder[32], path[64];
	int listen;
};

/* The keeper's socket, as windhoverd makes it, with nobody who accepts. */
static int set_up(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	memcpy(place->folder, "/tmp/windhover-client-XXXXXX", 29);
	assert_non_null(mkdtemp(place->folder));
	(void)snprintf(place->path, sizeof(place->path), "%s/socket", place->folder);
	memcpy(address.sun_path, place->path, sizeof(place->path));
	place->listen = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_true(place->listen >= 0);
	assert_int_equal(
		bind(place->listen, (const struct sockaddr *)&address, sizeof(address)),
		0);
	assert_int_equal(listen(place->listen, 0), 0);
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	struct place *place = *state;

	(void)close(place->listen);
	(void)unlink(place->path);
	(void)rmdir(place->folder);
	free(place);
	return 0;
}

static int ask(const struct place *place, struct why *why)
{
	const struct keeper_request request = { .verb = KEEPER_STATUS };
	const struct keeper_client_answers answers = { .patience_ms = 20 };
	struct keeper_end end;

	return keeper_client_ask(place->path, &request, NULL, 0, &answers, &end, why);
}

static void a_keeper_that_does_not_answer_is_not_waited_for_for_ever(void **state)
{
	struct why why = { 0 };

	assert_int_equal(ask(*state, &why), -ETIMEDOUT);
	assert_non_null(strstr(why.reason, "windhover-keeper does not answer"));
}

static void nor_is_one_to_whom_too_many_wait_already(void **state)
{
	const struct place *place = *state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct why why = { 0 };
	int first = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, place->path, sizeof(place->path));
	assert_int_equal(
		connect(first, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(ask(place, &why), -ETIMEDOUT);
	assert_non_null(strstr(why.reason, "windhover-keeper does not answer"));
	(void)close(first);
}

static void without_a_service_it_is_said_where_one_was_sought(void **state)
{
	struct place *place = *state;
	struct why why = { 0 };

	(void)unlink(place->path);
	assert_int_equal(ask(place, &why), -ENOENT);
	assert_non_null(strstr(why.reason, "is the service running"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_keeper_that_does_not_answer_is_not_waited_for_for_ever, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(nor_is_one_to_whom_too_many_wait_already,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			without_a_service_it_is_said_where_one_was_sought, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
