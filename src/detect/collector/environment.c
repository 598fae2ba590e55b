// SPDX-License-Identifier: Apache-2.0
// Environments of programs that start: kept until their exec comes; what of them may be told.
#include "detect/collector/environment.h"

void environments_keep(struct environments *all, struct process_key key,
		       struct text bytes, bool is_cut)
{
	struct environment *place = &all->kept[all->next];

	all->next = (all->next + 1) % ENVIRONMENTS_MAX;
	place->key = key;
	place->is_cut = is_cut;
	place->size = (uint32_t)bytes.size;
	if (bytes.size)
		memcpy(place->bytes, bytes.at, bytes.size);
}

const struct environment *environments_take(struct environments *all,
					    struct process_key key)
{
	for (unsigned i = 0; i < ENVIRONMENTS_MAX; i++) {
		struct environment *kept = &all->kept[i];

		if (kept->key.pid == key.pid && kept->key.start_ns == key.start_ns &&
		    key.pid != 0) {
			kept->key.pid = 0;
			return kept;
		}
	}
	return NULL;
}

/* Whole names, and beginnings of names. */
static bool may_be_told(struct text name)
{
	static const char *const names[] = {
		"BASH_ENV",
		"BASHOPTS",
		"DISPLAY",
		"DOCKER_HOST",
		"EDITOR",
		"ENV",
		"GCONV_PATH",
		"GLIBC_TUNABLES",
		"HOME",
		"IFS",
		"JAVA_TOOL_OPTIONS",
		"JDK_JAVA_OPTIONS",
		"KUBECONFIG",
		"LESSOPEN",
		"LOCPATH",
		"LOGNAME",
		"NODE_OPTIONS",
		"NODE_PATH",
		"OLDPWD",
		"PAGER",
		"PATH",
		"PERL5LIB",
		"PERL5OPT",
		"PERLLIB",
		"PROMPT_COMMAND",
		"PS4",
		"PWD",
		"RUBYLIB",
		"RUBYOPT",
		"SHELL",
		"SHELLOPTS",
		"TERM",
		"TMPDIR",
		"USER",
		"VISUAL",
		"_JAVA_OPTIONS",
		"container",
	};
	static const char *const beginnings[] = {
		"BASH_FUNC_", "GIT_SSH", "HIST", "LD_", "PYTHON", "SSH_", "SUDO_", "XDG_",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_is(name, text_of(names[i])))
			return true;
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (text_starts(name, text_of(beginnings[i])))
			return true;
	return false;
}

bool environment_next(struct text *rest, struct text *out)
{
	while (rest->size) {
		const char *nul = memchr(rest->at, '\0', rest->size);
		size_t size = nul ? (size_t)(nul - rest->at) : rest->size;
		struct text variable = text_part(*rest, 0, size);
		const char *equals = size ? memchr(variable.at, '=', size) : NULL;

		*rest = text_part(*rest, size + 1, rest->size);
		if (equals &&
		    may_be_told(text_part(variable, 0, (size_t)(equals - variable.at)))) {
			*out = variable;
			return true;
		}
	}
	return false;
}
