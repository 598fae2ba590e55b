// SPDX-License-Identifier: Apache-2.0
// Loading and attaching the kernel side; each of its programs is optional.
#include "detect/kernel/kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Generated, and not by our rules. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wnull-dereference"
#include "process.skel.h"
#pragma GCC diagnostic pop

#define VARIANTS_MAX 2

struct kernel {
	struct process_bpf *bpf;
	struct kernel_program programs[KERNEL_PARTS];
	struct bpf_link *links[KERNEL_PARTS];
	uint32_t ring_size, cpu_count;
};

/* The programs that can play a part, the best first. */
static const struct {
	const char *name;
	const char *variants[VARIANTS_MAX];
} parts[KERNEL_PARTS] = {
	[KERNEL_FORK] = { "fork", { "wh_fork" } },
	[KERNEL_EXEC] = { "exec", { "wh_exec" } },
	[KERNEL_EXIT] = { "exit", { "wh_exit", "wh_exit_live" } },
};

/* Which variant of each part is to be loaded; negative: none. */
struct choice {
	int variant[KERNEL_PARTS];
};

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

static bool is_refused(const struct kernel_options *options, int part, int variant)
{
	return options->refuse & KERNEL_REFUSE(part) ||
	       (variant == 0 && options->refuse & KERNEL_REFUSE_FIRST(part));
}

static struct bpf_program *program_of(struct process_bpf *bpf, int part, int variant)
{
	return bpf_object__find_program_by_name(bpf->obj, parts[part].variants[variant]);
}

/* An unloaded object with exactly the programs of ${choice} switched on. */
static int open_object(const struct kernel *kernel, const struct kernel_options *options,
		       const struct choice *choice, struct process_bpf **out)
{
	struct process_bpf *bpf = process_bpf__open();
	struct bpf_program *program;
	bool on;

	if (!bpf)
		return -errno;
	bpf->rodata->ring_is_filling = kernel->ring_size / 4;
	(void)bpf_map__set_max_entries(bpf->maps.wh_ring, kernel->ring_size);
	(void)bpf_map__set_max_entries(bpf->maps.wh_counters, kernel->cpu_count);
	for (int part = 0; part < KERNEL_PARTS; part++) {
		for (int v = 0; v < VARIANTS_MAX && parts[part].variants[v]; v++) {
			program = program_of(bpf, part, v);
			on = choice->variant[part] == v;
			(void)bpf_program__set_autoload(program, on);
			/* A socket filter may not do what it does: the kernel refuses. */
			if (on && is_refused(options, part, v))
				(void)bpf_program__set_type(program,
							    BPF_PROG_TYPE_SOCKET_FILTER);
		}
	}
	*out = bpf;
	return 0;
}

static int load_object(const struct kernel *kernel, const struct kernel_options *options,
		       const struct choice *choice, struct process_bpf **out)
{
	struct process_bpf *bpf = NULL;
	int r = open_object(kernel, options, choice, &bpf);

	if (r == 0)
		r = process_bpf__load(bpf);
	if (r) {
		process_bpf__destroy(bpf);
		return r;
	}
	*out = bpf;
	return 0;
}

static const char *refusal(int error)
{
	switch (-error) {
	case EPERM:
	case EACCES:
		return "not permitted, or refused by the verifier";
	case ESRCH:
	case ENOENT:
		return "this kernel has no such tracepoint, or no type information of it";
	case EINVAL:
		return "the verifier does not accept it";
	case E2BIG:
		return "the verifier finds it too complex";
	default:
		return strerror(-error);
	}
}

static void set_state(struct kernel_program *program, int error, const char *step)
{
	program->state = error ? KERNEL_REFUSED : KERNEL_ATTACHED;
	program->why[0] = '\0';
	if (error)
		(void)snprintf(program->why, sizeof(program->why), "%s failed (%d): %s",
			       step, -error, refusal(error));
}

/* Try each program alone, and choose for each part the first variant that loads. */
static void choose(struct kernel *kernel, const struct kernel_options *options,
		   struct choice *choice)
{
	for (int part = 0; part < KERNEL_PARTS; part++) {
		int error = -ENOENT;

		choice->variant[part] = -1;
		for (int v = 0; v < VARIANTS_MAX && parts[part].variants[v]; v++) {
			struct choice alone = { { -1, -1, -1 } };
			struct process_bpf *bpf = NULL;

			alone.variant[part] = v;
			error = load_object(kernel, options, &alone, &bpf);
			process_bpf__destroy(bpf);
			if (error == 0) {
				choice->variant[part] = v;
				break;
			}
		}
		set_state(&kernel->programs[part], error, "loading");
	}
}

static void attach(struct kernel *kernel, const struct choice *choice)
{
	for (int part = 0; part < KERNEL_PARTS; part++) {
		int variant = choice->variant[part];
		struct bpf_link *link;

		if (variant < 0)
			continue;
		link = bpf_program__attach(program_of(kernel->bpf, part, variant));
		set_state(&kernel->programs[part], link ? 0 : -errno, "attaching");
		kernel->links[part] = link;
	}
}

static int load_and_attach(struct kernel *kernel, const struct kernel_options *options)
{
	struct choice choice = { { 0, 0, 0 } };
	int r = load_object(kernel, options, &choice, &kernel->bpf);

	if (r) {
		choose(kernel, options, &choice);
		r = load_object(kernel, options, &choice, &kernel->bpf);
	}
	if (r)
		return r;
	attach(kernel, &choice);
	return 0;
}

static int check_ring_size(uint32_t size)
{
	if (size < KERNEL_RING_SIZE_MIN || size > KERNEL_RING_SIZE_MAX ||
	    size & (size - 1))
		return -EINVAL;
	return 0;
}

int kernel_open(const struct kernel_options *options, struct kernel **out)
{
	struct kernel *kernel;
	int cpus = libbpf_num_possible_cpus();
	uint32_t size =
		options->ring_size ? options->ring_size : KERNEL_RING_SIZE_DEFAULT;
	libbpf_print_fn_t before;
	int r = check_ring_size(size);

	if (r)
		return r;
	if (cpus <= 0)
		return cpus ? cpus : -ENOENT;
	kernel = calloc(1, sizeof(*kernel));
	if (!kernel)
		return -ENOMEM;
	kernel->ring_size = size;
	kernel->cpu_count = (uint32_t)cpus;
	for (int part = 0; part < KERNEL_PARTS; part++)
		(void)snprintf(kernel->programs[part].name,
			       sizeof(kernel->programs[part].name), "%s",
			       parts[part].name);
	before = libbpf_set_print(quiet);
	r = load_and_attach(kernel, options);
	(void)libbpf_set_print(before);
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
		(void)bpf_link__destroy(kernel->links[part]);
	process_bpf__destroy(kernel->bpf);
	free(kernel);
}

const struct kernel_program *kernel_program(const struct kernel *kernel,
					    enum kernel_part part)
{
	return &kernel->programs[part];
}

int kernel_ring_fd(const struct kernel *kernel)
{
	return bpf_map__fd(kernel->bpf->maps.wh_ring);
}

int kernel_counters_fd(const struct kernel *kernel)
{
	return bpf_map__fd(kernel->bpf->maps.wh_counters);
}

int kernel_doorbell_fd(const struct kernel *kernel)
{
	return bpf_map__fd(kernel->bpf->maps.wh_doorbell);
}

uint32_t kernel_ring_size(const struct kernel *kernel)
{
	return kernel->ring_size;
}

uint32_t kernel_cpu_count(const struct kernel *kernel)
{
	return kernel->cpu_count;
}
