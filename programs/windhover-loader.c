// SPDX-License-Identifier: Apache-2.0
// windhover-loader: loads the kernel side, gives its descriptors away, and holds the links.
#include "base/jail.h"
#include "base/message.h"
#include "detect/collector/census.h"
#include "detect/kernel/kernel.h"
#include "daemon/loaded.h"
#include "loader_connector.h"
#include "marker.h"
#include "roles.h"

#include <errno.h>
#include <getopt.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define BIT(capability) (UINT64_C(1) << (capability))

/* SETPCAP is for giving up the others; Debian's kernels want SYS_ADMIN for what PERFMON is for. */
#define LOADING                                                                          \
	(BIT(CAP_BPF) | BIT(CAP_PERFMON) | BIT(CAP_NET_ADMIN) | BIT(CAP_SETPCAP) |       \
	 BIT(CAP_SYS_ADMIN))
#define LOOKING (BIT(CAP_SYS_PTRACE) | BIT(CAP_DAC_READ_SEARCH))

/* One-shot: the census into descriptor ROLE_SOCKET, with the rights to look and no other. */
static int take_census(void)
{
	int r = jail_drop_capabilities(LOOKING);

	if (r == 0)
		r = census_write(ROLE_SOCKET, "");
	if (r)
		(void)fprintf(stderr, "windhover-loader: census: %s\n", strerror(-r));
	return r ? 1 : 0;
}

static int report(const struct kernel *kernel, int error)
{
	static struct loaded loaded;
	static struct kernel_share share;

	loaded_init(&loaded);
	loaded.what.error = error;
	if (!kernel)
		return loaded_send(&loaded, ROLE_SOCKET, ROLE_LOADED);
	kernel_share(kernel, &share);
	loaded.what.cpu_count = kernel_cpu_count(kernel);
	for (int part = 0; part < KERNEL_PARTS; part++)
		loaded.what.programs[part] = *kernel_program(kernel, part);
	loaded.fds[ROLE_LOADED_COUNTERS] = share.counters;
	loaded.fds[ROLE_LOADED_DOORBELL] = share.doorbell;
	memcpy(loaded.what.ring_size, share.ring_size, sizeof(share.ring_size));
	memcpy(loaded.fds + ROLE_LOADED_RING, share.rings, sizeof(share.rings));
	loaded.what.map_count = share.map_count;
	memcpy(loaded.what.maps, share.maps, sizeof(share.maps));
	memcpy(loaded.fds + ROLE_LOADED_MAP, share.map_fds, sizeof(share.map_fds));
	return loaded_send(&loaded, ROLE_SOCKET, ROLE_LOADED);
}

/* What is there already, to which more is to be loaded. */
static int receive_share(struct loaded *loaded, struct kernel_share *share)
{
	int r = loaded_receive(loaded, ROLE_SOCKET, ROLE_SHARE);

	if (r)
		return r;
	share->counters = loaded->fds[ROLE_LOADED_COUNTERS];
	share->doorbell = loaded->fds[ROLE_LOADED_DOORBELL];
	memcpy(share->ring_size, loaded->what.ring_size, sizeof(share->ring_size));
	memcpy(share->rings, loaded->fds + ROLE_LOADED_RING, sizeof(share->rings));
	share->map_count = loaded->what.map_count;
	memcpy(share->maps, loaded->what.maps, sizeof(share->maps));
	for (int i = 0; i < KERNEL_MAPS_MAX; i++)
		share->maps[i].name[sizeof(share->maps[i].name) - 1] = '\0';
	memcpy(share->map_fds, loaded->fds + ROLE_LOADED_MAP, sizeof(share->map_fds));
	return 0;
}

/* BYTES[,BYTES[,BYTES]], a size for each class; what is missing or bad is 0: the default. */
static void read_ring_sizes(const char *text, uint32_t out[RECORD_CLASSES])
{
	char *end;

	for (int class = 0; class < RECORD_CLASSES; class ++) {
		out[class] = (uint32_t)strtoul(text, &end, 10);
		if (*end != ',')
			return;
		text = end + 1;
	}
}

/* All that is left to do is to be there: with this process the kernel side ends. */
static void hold(void)
{
	struct pollfd daemon = { .fd = ROLE_SOCKET };

	while (!(daemon.revents & (POLLHUP | POLLERR | POLLNVAL)))
		(void)poll(&daemon, 1, -1);
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "census", no_argument, NULL, 'c' },
		{ "marker", no_argument, NULL, 'M' },
		{ "nothing", no_argument, NULL, 'N' },
		{ "connector", no_argument, NULL, 'n' },
		{ "ring-size", required_argument, NULL, 'r' },
		{ "kinds", required_argument, NULL, 'k' },
		{ "more", required_argument, NULL, 'm' },
		{ "back-ends", required_argument, NULL, 'b' },
		{ "refuse", required_argument, NULL, 'x' },
		{ 0 },
	};
	AUTO(kernel) struct kernel *kernel = NULL;
	AUTO(close) int events = -1;
	struct kernel_options options = { 0 };
	static struct kernel_share share;
	static struct loaded before;
	bool connector = false;
	int option, r = 0;

	(void)prctl(PR_SET_NAME, "windhover-loader");
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'c')
			return take_census();
		else if (option == 'M')
			return marker_run(ROLE_SOCKET);
		else if (option == 'N')
			return 0;
		else if (option == 'n')
			connector = true;
		else if (option == 'r')
			read_ring_sizes(optarg, options.ring_size);
		else if (option == 'k')
			options.kinds = strtoull(optarg, NULL, 10);
		else if (option == 'm')
			options.parts = (uint32_t)strtoul(optarg, NULL, 10);
		else if (option == 'b')
			options.back_ends = (uint32_t)strtoul(optarg, NULL, 10);
		else if (option == 'x')
			options.refuse = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	if (connector)
		return loader_connector(options.ring_size[RECORD_CLASS_PROCESS]);
	/* Before Linux 5.11 maps count as locked memory, and few may lock as much as the ring. */
	(void)setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY });
	/* Where there is none, what needs it is refused, and says so. */
	options.events = events = kernel_events_open();
	loaded_init(&before);
	if (options.parts) {
		r = receive_share(&before, &share);
		options.share = &share;
	}
	if (r == 0)
		r = jail_drop_capabilities(LOADING);
	if (r == 0)
		r = kernel_open(&options, &kernel);
	loaded_done(&before);
	if (r == 0)
		r = jail_drop_capabilities(0);
	if (r)
		(void)fprintf(stderr, "windhover-loader: %s\n", strerror(-r));
	if (report(r ? NULL : kernel, r) < 0 || r)
		return 1;
	hold();
	return 0;
}
