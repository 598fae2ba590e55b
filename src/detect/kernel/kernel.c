// SPDX-License-Identifier: Apache-2.0
// Loading and attaching the kernel side: the maps that all of it shares, and its objects.
#include "detect/kernel/kernel.h"

#include "detect/kernel/cgroup_root.h"
#include "detect/kernel/kernel_load.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *map;
	uint32_t size;
} rings[RECORD_CLASSES] = {
	[RECORD_CLASS_PROCESS] = { "wh_ring_process", 4u << 20 },
	[RECORD_CLASS_FILE] = { "wh_ring_file", 4u << 20 },
	[RECORD_CLASS_NETWORK] = { "wh_ring_network", 2u << 20 },
};

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

static int check_ring_size(uint32_t size)
{
	if (size < KERNEL_RING_SIZE_MIN || size > KERNEL_RING_SIZE_MAX ||
	    size & (size - 1))
		return -EINVAL;
	return 0;
}

/* Where "bpf" is not in this list, LSM programs load and attach, and are never called. */
static bool has_lsm(void)
{
	AUTO(close) int fd = open("/sys/kernel/security/lsm", O_RDONLY | O_CLOEXEC);
	char list[258] = ",";
	ssize_t size = fd < 0 ? 0 : read(fd, list + 1, sizeof(list) - 3);

	if (size <= 0)
		return false;
	list[size + 1] = ',';
	list[strcspn(list, "\n")] = ',';
	return strstr(list, ",bpf,") != NULL;
}

static int make_map(enum bpf_map_type type, const char *name, uint32_t value_size,
		    uint32_t count, int *out)
{
	LIBBPF_OPTS(bpf_map_create_opts, options);
	bool is_ring = type == BPF_MAP_TYPE_RINGBUF;
	int fd;

	options.map_flags = is_ring ? 0 : BPF_F_MMAPABLE;
	fd = bpf_map_create(type, name, is_ring ? 0 : sizeof(uint32_t), value_size, count,
			    &options);
	if (fd < 0)
		return fd;
	*out = fd;
	return 0;
}

static int make_maps(struct kernel *kernel, uint64_t kinds)
{
	struct record_doorbell bell = { .wanted = kinds };
	uint32_t zero = 0;
	int r = make_map(BPF_MAP_TYPE_ARRAY, "wh_counters",
			 sizeof(struct record_counters), kernel->cpu_count,
			 &kernel->counters);

	if (r == 0)
		r = make_map(BPF_MAP_TYPE_ARRAY, "wh_doorbell", sizeof(bell), 1,
			     &kernel->doorbell);
	if (r == 0)
		r = bpf_map_update_elem(kernel->doorbell, &zero, &bell, BPF_ANY);
	for (int class = 0; class < RECORD_CLASSES && r == 0; class ++)
		r = make_map(BPF_MAP_TYPE_RINGBUF, rings[class].map, 0,
			     kernel->ring_size[class], &kernel->rings[class]);
	return r;
}

static int copy_fd(int from, int *out)
{
	*out = from < 0 ? -1 : fcntl(from, F_DUPFD_CLOEXEC, 0);
	return from >= 0 && *out < 0 ? -errno : 0;
}

static int share_maps(struct kernel *kernel, const struct kernel_share *share)
{
	int r = copy_fd(share->counters, &kernel->counters);

	if (r == 0)
		r = copy_fd(share->doorbell, &kernel->doorbell);
	for (int class = 0; class < RECORD_CLASSES && r == 0; class ++) {
		kernel->ring_size[class] = share->ring_size[class];
		r = copy_fd(share->rings[class], &kernel->rings[class]);
	}
	return r;
}

static int open_kernel(struct kernel *kernel, const struct kernel_options *options)
{
	libbpf_print_fn_t before = libbpf_set_print(quiet);
	int cpus = libbpf_num_possible_cpus();
	int r = cpus > 0 ? 0 : cpus ? cpus : -ENOENT;

	kernel->cpu_count = (uint32_t)cpus;
	kernel->has_lsm = has_lsm();
	kernel->events = options->events > 0 ? options->events : -1;
	kernel->cgroup = cgroup_root_open();
	if (r == 0 && options->share)
		r = share_maps(kernel, options->share);
	else if (r == 0)
		r = make_maps(kernel, options->kinds | KERNEL_KINDS_ALWAYS);
	for (int object = 0; object < KERNEL_OBJECTS && r == 0; object++)
		kernel_load(kernel, options, object);
	(void)libbpf_set_print(before);
	return r;
}

int kernel_open(const struct kernel_options *options, struct kernel **out)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));
	int r = 0;

	if (!kernel)
		return -ENOMEM;
	kernel->counters = kernel->doorbell = kernel->cgroup = -1;
	for (int class = 0; class < RECORD_CLASSES; class ++) {
		uint32_t size = options->ring_size[class];

		kernel->rings[class] = -1;
		kernel->ring_size[class] = size ? size : rings[class].size;
		if (r == 0)
			r = check_ring_size(kernel->ring_size[class]);
	}
	for (int part = 0; part < KERNEL_PARTS; part++) {
		struct kernel_program *program = &kernel->programs[part];

		(void)snprintf(program->name, sizeof(program->name), "%s",
			       kernel_parts[part].name);
		program->kinds = kernel_parts[part].kinds;
	}
	if (r == 0)
		r = open_kernel(kernel, options);
	if (r) {
		kernel_close(kernel);
		return r;
	}
	*out = kernel;
	return 0;
}

void kernel_close(struct kernel *kernel)
{
	if (!kernel)
		return;
	for (int part = 0; part < KERNEL_PARTS; part++)
		for (int i = 0; i < KERNEL_PROGRAMS_MAX; i++)
			(void)bpf_link__destroy(kernel->links[part][i]);
	while (kernel->load_count)
		bpf_object__close(kernel->loads[--kernel->load_count]);
	for (int class = 0; class < RECORD_CLASSES; class ++)
		auto_close(&kernel->rings[class]);
	auto_close(&kernel->cgroup);
	auto_close(&kernel->counters);
	auto_close(&kernel->doorbell);
	free(kernel);
}

const struct kernel_program *kernel_program(const struct kernel *kernel,
					    enum kernel_part part)
{
	return &kernel->programs[part];
}

/* The maps of one object of programs, but those that all objects share. */
static void share_own(const struct bpf_object *bpf, enum kernel_object object,
		      struct kernel_share *out)
{
	const struct bpf_map *map;

	bpf_object__for_each_map(map, bpf)
	{
		const char *name = bpf_map__name(map);
		struct kernel_map *own = &out->maps[out->map_count];

		if (bpf_map__is_internal(map) || strcmp(name, "wh_ring") == 0 ||
		    strcmp(name, "wh_counters") == 0 ||
		    strcmp(name, "wh_doorbell") == 0 || out->map_count == KERNEL_MAPS_MAX)
			continue;
		own->object = (uint8_t)object;
		(void)snprintf(own->name, sizeof(own->name), "%s", name);
		out->map_fds[out->map_count++] = bpf_map__fd(map);
	}
}

void kernel_share(const struct kernel *kernel, struct kernel_share *out)
{
	*out = (struct kernel_share){ .counters = kernel->counters,
				      .doorbell = kernel->doorbell };
	memcpy(out->rings, kernel->rings, sizeof(out->rings));
	memcpy(out->ring_size, kernel->ring_size, sizeof(out->ring_size));
	for (int object = 0; object < KERNEL_OBJECTS; object++) {
		for (unsigned i = 0; i < kernel->load_count; i++) {
			const struct bpf_object *bpf = kernel->loads[i];

			if (strcmp(bpf_object__name(bpf), kernel_objects[object].name))
				continue;
			/* Those of further turns are the same. */
			share_own(bpf, object, out);
			break;
		}
	}
}

uint32_t kernel_cpu_count(const struct kernel *kernel)
{
	return kernel->cpu_count;
}
