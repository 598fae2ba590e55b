// SPDX-License-Identifier: Apache-2.0
// Which of Sigma's services a program writes for.
#include "detect/intake/service.h"

#include <stdlib.h>

#define SSHD      "linux:sshd"
#define SUDO      "linux:sudo"
#define AUTH      "linux:auth"
#define CRON      "linux:cron"
#define CLAMAV    "linux:clamav"
#define VSFTPD    "linux:vsftpd"
#define GUACAMOLE "linux:guacamole"
#define NGINX     "web:nginx"
#define APACHE    "web:apache"

#define NAME_SIZE_MAX 24

struct service {
	const char *program, *source;
};

/* By name: a test holds the order. */
static const struct service services[] = {
	{ "anacron", CRON },
	{ "apache", APACHE },
	{ "apache2", APACHE },
	{ "atd", CRON },
	{ "chage", AUTH },
	{ "chfn", AUTH },
	{ "chpasswd", AUTH },
	{ "chsh", AUTH },
	{ "clamav", CLAMAV },
	{ "clamav-daemon", CLAMAV },
	{ "clamav-milter", CLAMAV },
	{ "clamd", CLAMAV },
	{ "clamonacc", CLAMAV },
	{ "clamscan", CLAMAV },
	{ "cockpit-session", AUTH },
	{ "cron", CRON },
	{ "crond", CRON },
	{ "crontab", CRON },
	{ "doas", AUTH },
	{ "dropbear", AUTH },
	{ "freshclam", CLAMAV },
	{ "gdm-autologin", AUTH },
	{ "gdm-password", AUTH },
	{ "gdm-password]", AUTH }, /* GDM closes a bracket that it never opened */
	{ "gdm-session-worker", AUTH },
	{ "gpasswd", AUTH },
	{ "groupadd", AUTH },
	{ "groupdel", AUTH },
	{ "groupmod", AUTH },
	{ "guacamole", GUACAMOLE },
	{ "guacd", GUACAMOLE },
	{ "httpd", APACHE },
	{ "lightdm", AUTH },
	{ "login", AUTH },
	{ "newgrp", AUTH },
	{ "newusers", AUTH },
	{ "nginx", NGINX },
	{ "passwd", AUTH },
	{ "pkexec", AUTH },
	{ "polkitd", AUTH },
	{ "runuser", AUTH },
	{ "sddm-helper", AUTH },
	{ "sshd", SSHD },
	{ "sshd-auth", SSHD },
	{ "sshd-session", SSHD },
	{ "su", AUTH },
	{ "sudo", SUDO },
	{ "sulogin", AUTH },
	{ "systemd-logind", AUTH },
	{ "unix_chkpwd", AUTH },
	{ "useradd", AUTH },
	{ "userdel", AUTH },
	{ "usermod", AUTH },
	{ "vsftpd", VSFTPD },
};

static int compare(const void *key, const void *row)
{
	return strcmp(key, ((const struct service *)row)->program);
}

/* The bare name of "/USR/SBIN/CRON", "(crond)", "sshd(pam_unix)"; false where it is too long. */
static bool bare_name(struct text program, char name[NAME_SIZE_MAX])
{
	const char *slash = program.size ? memrchr(program.at, '/', program.size) : NULL;
	size_t size = 0;

	if (slash)
		program = text_part(program, (size_t)(slash - program.at) + 1, SIZE_MAX);
	if (program.size && program.at[0] == '(')
		program = text_part(program, 1, SIZE_MAX);
	while (size < program.size && program.at[size] != '(' &&
	       program.at[size] != ')') {
		char c = program.at[size];

		if (size == NAME_SIZE_MAX - 1)
			return false;
		name[size++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	name[size] = 0;
	return size != 0;
}

/* Looked up; empty where no service is its. */
static struct text look_up(struct text program)
{
	const struct service *service = NULL;
	char name[NAME_SIZE_MAX];

	if (bare_name(program, name))
		service = bsearch(name, services, sizeof(services) / sizeof(services[0]),
				  sizeof(services[0]), compare);
	return service ? text_of(service->source) : (struct text){ 0 };
}

static struct text remember(struct service_cache *cache, struct text program)
{
	unsigned number;

	if (!program.size || program.size > SERVICE_CACHED_MAX)
		return look_up(program);
	number = (unsigned char)program.at[0] +
		 5u * (unsigned char)program.at[program.size - 1] +
		 17u * (unsigned)program.size;
	number &= SERVICE_CACHE - 1;
	if (cache->seen[number].size != program.size ||
	    memcmp(cache->seen[number].program, program.at, program.size) != 0) {
		memcpy(cache->seen[number].program, program.at, program.size);
		cache->seen[number].size = (uint8_t)program.size;
		cache->seen[number].source = look_up(program);
	}
	return cache->seen[number].source;
}

struct text service_source(struct service_cache *cache, struct text program,
			   struct text facility)
{
	struct text source = remember(cache, program);

	if (source.size)
		return source;
	/* syslog(3): 4 is LOG_AUTH, 10 LOG_AUTHPRIV, 9 LOG_CRON */
	if (text_is(facility, TEXT("4")) || text_is(facility, TEXT("10")))
		return TEXT(AUTH);
	return text_is(facility, TEXT("9")) ? TEXT(CRON) : TEXT("linux:syslog");
}
