// SPDX-License-Identifier: Apache-2.0
// windhover-loader without BPF: it reads the kernel's process connector, and gives a ring away.
#include "loader_connector.h"

#include <linux/capability.h>
#include <string.h>
#include <sys/resource.h>

#include "base/jail.h"
#include "base/message.h"
#include "detect/connector/connector.h"
#include "roles.h"

#define BIT(capability) (UINT64_C(1) << (capability))
#define LOOKING         BIT(CAP_SYS_PTRACE)

/* The last one is for giving up the others. */
#define OPENING (BIT(CAP_NET_ADMIN) | LOOKING | BIT(CAP_SYS_NICE) | BIT(CAP_SETPCAP))

static void fill_parts(struct kernel_program programs[KERNEL_PARTS])
{
	for (int part = 0; part < KERNEL_PARTS; part++) {
		struct kernel_program *program = &programs[part];

		(void)snprintf(program->name, sizeof(program->name), "%s",
			       kernel_part_name(part));
		program->kinds = kernel_part_kinds(part);
		program->state = KERNEL_REFUSED;
		(void)snprintf(program->why, sizeof(program->why),
			       "the process connector does not tell of it");
		if (!(kernel_part_kinds(part) & KERNEL_KINDS_ALWAYS))
			continue;
		program->state = KERNEL_REPLACED;
		program->why[0] = '\0';
	}
}

static int report(const struct connector *connector, int error)
{
	static struct role_loaded loaded = { .kind = ROLE_LOADED };
	int fds[4];

	loaded.error = error;
	if (error)
		return message_send(ROLE_SOCKET, &loaded, sizeof(loaded), NULL, 0);
	loaded.cpu_count = 1;
	loaded.has_wake = 1;
	loaded.ring_size[RECORD_CLASS_PROCESS] = ring_writer_size(connector->ring);
	fill_parts(loaded.programs);
	fds[ROLE_LOADED_COUNTERS] = ring_writer_counters_fd(connector->ring);
	fds[ROLE_LOADED_DOORBELL] = ring_writer_doorbell_fd(connector->ring);
	fds[ROLE_LOADED_RING] = ring_writer_ring_fd(connector->ring);
	fds[ROLE_LOADED_RING + 1] = ring_writer_wake_fd(connector->ring);
	return message_send(ROLE_SOCKET, &loaded, sizeof(loaded), fds, 4);
}

int loader_connector(uint32_t ring_size)
{
	AUTO(connector) struct connector *connector = NULL;
	int r;

	/* So that it may go before others, and again after a storm, without a right to. */
	(void)setrlimit(RLIMIT_RTPRIO, &(struct rlimit){ 1, 1 });
	r = jail_drop_capabilities(OPENING);
	if (r == 0)
		r = connector_open(ring_size, &connector);
	if (r == 0)
		r = jail_drop_capabilities(LOOKING);
	if (r == 0)
		r = jail_calls(JAIL_LOOKING);
	if (r)
		(void)fprintf(stderr, "windhover-loader: the process connector: %s\n",
			      strerror(-r));
	if (report(connector, r) < 0 || r)
		return 1;
	return connector_run(connector, ROLE_SOCKET) ? 1 : 0;
}
