// SPDX-License-Identifier: Apache-2.0
// One object of BPF programs into the kernel: whole if it can be, else part by part.
#include "detect/kernel/kernel_load.h"

#include "detect/kernel/kernel_trace.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Which variant of each part is to be loaded; negative: none. */
struct choice {
	int variant[KERNEL_PARTS];
};

static struct choice nothing(void)
{
	struct choice choice;

	for (int part = 0; part < KERNEL_PARTS; part++)
		choice.variant[part] = -1;
	return choice;
}

static const struct kernel_variant *variant_of(const struct choice *choice, int part)
{
	return &kernel_parts[part].variants[choice->variant[part]];
}

/* The first variant from number ${from} on that may be used, of this back end; or -1. */
static int next_variant(const struct kernel_options *options, int part, int from,
			unsigned back_end)
{
	unsigned allowed = options->back_ends ? options->back_ends : KERNEL_BACK_END_ANY;

	for (int v = from; v < KERNEL_VARIANTS_MAX; v++)
		if (kernel_parts[part].variants[v].back_end & allowed & back_end)
			return v;
	return -1;
}

static bool is_refused(const struct kernel_options *options, int part, int variant)
{
	return options->refuse & KERNEL_REFUSE(part) ||
	       (variant == 0 && options->refuse & KERNEL_REFUSE_FIRST(part));
}

/* The maps that all objects share take the place of this one's own. */
static int share_maps(const struct kernel *kernel, enum kernel_object object,
		      struct bpf_object *bpf)
{
	const struct {
		const char *name;
		int fd;
	} shared[] = {
		{ "wh_ring", kernel->rings[kernel_objects[object].class] },
		{ "wh_counters", kernel->counters },
		{ "wh_doorbell", kernel->doorbell },
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]) && r == 0; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(bpf, shared[i].name);

		if (map)
			r = bpf_map__reuse_fd(map, shared[i].fd);
	}
	return r;
}

/* The program of a variant's entry: its name, before what it is for. */
static struct bpf_program *program_of(struct bpf_object *bpf, const char *entry)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(entry, "@"), entry);
	return bpf_object__find_program_by_name(bpf, name);
}

/* The map of this name that ${object} has already, from another turn or another loader; or -1. */
static int map_before(const struct kernel *kernel, const struct kernel_share *share,
		      enum kernel_object object, const char *name)
{
	for (uint32_t i = 0; share && i < share->map_count; i++)
		if (share->maps[i].object == object &&
		    strcmp(share->maps[i].name, name) == 0)
			return share->map_fds[i];
	for (unsigned i = 0; i < kernel->load_count; i++) {
		const struct bpf_map *map;

		if (strcmp(bpf_object__name(kernel->loads[i]),
			   kernel_objects[object].name) != 0)
			continue;
		map = bpf_object__find_map_by_name(kernel->loads[i], name);
		return map ? bpf_map__fd(map) : -1;
	}
	return -1;
}

/* What is loaded in turns is one object all the same: what it has in its maps is in each turn's. */
static int share_own_maps(const struct kernel *kernel, const struct kernel_share *share,
			  enum kernel_object object, struct bpf_object *bpf)
{
	struct bpf_map *map;
	int r = 0;

	bpf_object__for_each_map(map, bpf)
	{
		int before = bpf_map__is_internal(map) ? -1
						       : map_before(kernel, share, object,
								    bpf_map__name(map));

		if (r == 0 && before >= 0)
			r = bpf_map__reuse_fd(map, before);
	}
	return r;
}

static bool needs_cgroup(const struct bpf_program *program)
{
	switch (bpf_program__type(program)) {
	case BPF_PROG_TYPE_CGROUP_SKB:
	case BPF_PROG_TYPE_CGROUP_SOCK:
	case BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
	case BPF_PROG_TYPE_SOCK_OPS:
		return true;
	default:
		return false;
	}
}

/* Switch the programs of ${choice} on. */
static int switch_on(const struct kernel *kernel, const struct kernel_options *options,
		     const struct choice *choice, struct bpf_object *bpf)
{
	for (int part = 0; part < KERNEL_PARTS; part++) {
		if (choice->variant[part] < 0)
			continue;
		for (int i = 0; i < KERNEL_PROGRAMS_MAX; i++) {
			const char *name = variant_of(choice, part)->programs[i];
			struct bpf_program *program;

			if (!name)
				break;
			program = program_of(bpf, name);
			if (!program)
				return -ENOENT;
			if (bpf_program__type(program) == BPF_PROG_TYPE_LSM &&
			    !kernel->has_lsm)
				return -EOPNOTSUPP;
			if (needs_cgroup(program) && kernel->cgroup < 0)
				return -ENODEV;
			(void)bpf_program__set_autoload(program, true);
			/* A socket filter may not do what it does: the kernel refuses. */
			if (is_refused(options, part, choice->variant[part]))
				(void)bpf_program__set_type(program,
							    BPF_PROG_TYPE_SOCKET_FILTER);
		}
	}
	return 0;
}

static int load_object(const struct kernel *kernel, const struct kernel_options *options,
		       enum kernel_object object, const struct choice *choice,
		       struct bpf_object **out)
{
	LIBBPF_OPTS(bpf_object_open_opts, opening,
		    .object_name = kernel_objects[object].name);
	struct bpf_program *program;
	struct bpf_object *bpf;
	const void *bytes;
	size_t size = 0;
	int r;

	bytes = kernel_objects[object].bytes(&size);
	bpf = bpf_object__open_mem(bytes, size, &opening);
	if (!bpf)
		return -errno;
	bpf_object__for_each_program(program, bpf)(void)
		bpf_program__set_autoload(program, false);
	r = switch_on(kernel, options, choice, bpf);
	if (r == 0)
		r = share_maps(kernel, object, bpf);
	if (r == 0)
		r = share_own_maps(kernel, options->share, object, bpf);
	if (r == 0)
		r = bpf_object__load(bpf);
	if (r == 0 && kernel_objects[object].prepare)
		r = kernel_objects[object].prepare(bpf);
	if (r) {
		bpf_object__close(bpf);
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
	case EBADF: /* no folder of tracepoints */
	case ESRCH:
	case ENOENT:
		return "this kernel has no such hook, or no type information of it";
	case EINVAL:
		return "the verifier does not accept it";
	case E2BIG:
		return "the verifier finds it too complex";
	case ENODEV:
		return "the unified hierarchy of control groups is not mounted";
	case EOPNOTSUPP:
	case 524: /* the kernel's own ENOTSUPP */
		return "this kernel does not support such programs";
	default:
		return strerror(-error);
	}
}

static void set_refused(struct kernel_program *program, int error, const char *step)
{
	program->state = KERNEL_REFUSED;
	(void)snprintf(program->why, sizeof(program->why), "%s failed (%d): %s", step,
		       -error, refusal(error));
}

/* Try each part alone, and choose for each its first variant, of those left, that loads. */
static void choose(struct kernel *kernel, const struct kernel_options *options,
		   enum kernel_object object, struct choice *choice)
{
	for (int part = 0; part < KERNEL_PARTS; part++) {
		int error = 0;

		while (choice->variant[part] >= 0) {
			struct choice alone = nothing();
			struct bpf_object *bpf = NULL;

			alone.variant[part] = choice->variant[part];
			error = load_object(kernel, options, object, &alone, &bpf);
			bpf_object__close(bpf);
			if (error == 0)
				break;
			choice->variant[part] =
				next_variant(options, part, choice->variant[part] + 1,
					     KERNEL_BACK_END_ANY);
		}
		if (error)
			set_refused(&kernel->programs[part], error, "loading");
	}
}

/* The same choice with what back end 2 has for it, where it has anything. */
static bool second_choice(const struct kernel_options *options,
			  const struct choice *choice, struct choice *out)
{
	*out = *choice;
	for (int part = 0; part < KERNEL_PARTS; part++) {
		int v = choice->variant[part] < 0
				? -1
				: next_variant(options, part, choice->variant[part],
					       KERNEL_BACK_END_2);

		if (v >= 0)
			out->variant[part] = v;
	}
	return memcmp(out, choice, sizeof(*out)) != 0;
}

/*
 * Load as much of ${choice} as can be; what can't is out of it afterwards.  ${*out} stays as it
 * is where nothing is left of it.
 */
static int load_most(struct kernel *kernel, const struct kernel_options *options,
		     enum kernel_object object, struct choice *choice,
		     struct bpf_object **out)
{
	struct choice second, none = nothing();
	int r = load_object(kernel, options, object, choice, out);

	if (r && second_choice(options, choice, &second) &&
	    load_object(kernel, options, object, &second, out) == 0) {
		*choice = second;
		return 0;
	}
	if (r) {
		choose(kernel, options, object, choice);
		r = memcmp(choice, &none, sizeof(none)) == 0
			    ? 0
			    : load_object(kernel, options, object, choice, out);
	}
	return r;
}

static void detach(struct kernel *kernel, int part)
{
	for (int i = 0; i < KERNEL_PROGRAMS_MAX; i++) {
		(void)bpf_link__destroy(kernel->links[part][i]);
		kernel->links[part][i] = NULL;
	}
}

/* A program that goes over what is there already does so once, and now. */
static struct bpf_link *iterate(const struct bpf_program *program)
{
	struct bpf_link *link = bpf_program__attach_iter(program, NULL);
	AUTO(close) int fd = link ? bpf_iter_create(bpf_link__fd(link)) : -1;
	char told[256];
	ssize_t size = 0;

	while (fd >= 0 && (size = read(fd, told, sizeof(told))) > 0)
		;
	if (link && (fd < 0 || size < 0)) {
		int error = errno;

		(void)bpf_link__destroy(link);
		errno = error;
		return NULL;
	}
	return link;
}

static int attach_one(const struct kernel *kernel, const struct bpf_program *program,
		      const char *entry, struct bpf_link **out)
{
	const char *call = strchr(entry, '@');

	if (call)
		return kernel_trace_attach(kernel->events, program, call + 1, out);
	if (needs_cgroup(program))
		*out = bpf_program__attach_cgroup(program, kernel->cgroup);
	else if (bpf_program__expected_attach_type(program) == BPF_TRACE_ITER)
		*out = iterate(program);
	else
		*out = bpf_program__attach(program);
	return *out ? 0 : -errno;
}

/* What a kernel has no call for can't happen: all is well as long as anything can. */
static int attach(struct kernel *kernel, struct bpf_object *bpf, int part,
		  const struct kernel_variant *variant)
{
	int error = -ENOENT;

	for (int i = 0; i < KERNEL_PROGRAMS_MAX && variant->programs[i]; i++) {
		const char *entry = variant->programs[i];
		int r = attach_one(kernel, program_of(bpf, entry), entry,
				   &kernel->links[part][i]);

		if (r == -ENOENT && strchr(entry, '@'))
			continue;
		error = r;
		if (r) {
			detach(kernel, part);
			return r;
		}
	}
	return error;
}

/*
 * Attach what was loaded.  Some kernels load what they then do not attach: such a part goes on
 * with its next variant, which ${choice} has afterwards.  Returns how many parts were attached.
 */
static unsigned attach_all(struct kernel *kernel, const struct kernel_options *options,
			   struct bpf_object *bpf, struct choice *choice)
{
	unsigned attached = 0;

	for (int part = 0; part < KERNEL_PARTS; part++) {
		struct kernel_program *program = &kernel->programs[part];
		int variant = choice->variant[part], error;

		if (variant < 0)
			continue;
		error = attach(kernel, bpf, part, variant_of(choice, part));
		if (error) {
			set_refused(program, error, "attaching");
			choice->variant[part] = next_variant(options, part, variant + 1,
							     KERNEL_BACK_END_ANY);
			continue;
		}
		program->state = KERNEL_ATTACHED;
		program->back_end =
			(uint8_t)kernel_parts[part].variants[variant].back_end;
		program->why[0] = '\0';
		choice->variant[part] = -1;
		attached++;
	}
	return attached;
}

/* The first variants of all parts of ${object} that somebody asks for. */
static struct choice first_choice(struct kernel *kernel,
				  const struct kernel_options *options,
				  enum kernel_object object)
{
	uint64_t kinds = options->kinds | KERNEL_KINDS_ALWAYS;
	struct choice choice = nothing();

	for (int part = 0; part < KERNEL_PARTS; part++) {
		bool is_wanted = options->share ? options->parts >> part & 1
						: kernel_parts[part].kinds & kinds;
		const char *needs = kernel_parts[part].needs;

		if (kernel_parts[part].object != object || !is_wanted)
			continue;
		if (needs && access(needs, F_OK) < 0) {
			set_refused(&kernel->programs[part], -errno, "looking for it");
			continue;
		}
		choice.variant[part] =
			next_variant(options, part, 0, KERNEL_BACK_END_ANY);
		if (choice.variant[part] < 0)
			set_refused(&kernel->programs[part], -EOPNOTSUPP, "choosing");
	}
	return choice;
}

void kernel_load(struct kernel *kernel, const struct kernel_options *options,
		 enum kernel_object object)
{
	struct choice choice = first_choice(kernel, options, object), none = nothing();

	for (int round = 0; round < KERNEL_VARIANTS_MAX; round++) {
		struct bpf_object *bpf = NULL;
		int r = 0;

		if (memcmp(&choice, &none, sizeof(none)) != 0)
			r = load_most(kernel, options, object, &choice, &bpf);
		for (int part = 0; part < KERNEL_PARTS && r; part++)
			if (choice.variant[part] >= 0)
				set_refused(&kernel->programs[part], r, "loading");
		if (!bpf)
			return;
		if (attach_all(kernel, options, bpf, &choice))
			kernel->loads[kernel->load_count++] = bpf;
		else
			bpf_object__close(bpf);
	}
}
