/* SPDX-License-Identifier: Apache-2.0 */
/* What windhoverd knows, and how it starts the others. */
#pragma once

#include "boot_guard.h"
#include "carry.h"
#include "child.h"
#include "keeper_child.h"
#include "marker_child.h"
#include "more_loaders.h"
#include "notify.h"
#include "options.h"
#include "recorder_child.h"

#include <time.h>

struct daemon {
	struct options options;
	int loader_program, sensor_program;
	uid_t uid;
	gid_t gid;
	struct child loader, census, sensor;
	struct loaded loaded;
	struct more_loaders more;
	struct marker_child marker;
	int census_fd, pack_fd;
	struct carry carry;
	struct notify notify;
	struct recorder_child recorder;
	struct keeper_child keeper;
	struct boot_guard guard;
	bool is_resting;        /* the boot guard allows no sensor, or none can be */
	bool has_no_bpf;        /* so the process connector has to do */
	bool is_ready;          /* the sensor that runs has said so */
	bool is_leaving;        /* it is to end for another pack */
	bool is_hung;           /* it was killed for missing its beats */
	uint32_t quick_faults;  /* of its quick deaths: by nobody's hand */
	char told[160];         /* the boot guard's last sentence */
	int64_t retry_ns;       /* when its mark is tried again, if it has to be */
	int64_t content_due_ns; /* until then, what is to run is waited for */
	char folder[1024], mark[1024]; /* of the content; the boot guard's file */
	bool have_census, stopping;
	int64_t begun_ns, last_beat_ns;
	char reason[96];
	int status;
};

int64_t daemon_clock_ns(clockid_t clock);

/* Stands still while the machine sleeps: no beat is missed then. */
int64_t daemon_now_ns(void);

void daemon_close(int *fd);

/* Say on standard error what failed, and why (-errno). */
void daemon_complain(const char *what, int error);

/* The boot guard asks for it, or there is none. */
bool daemon_is_without_bpf(const struct daemon *d);

/* What a loader is to load now. */
struct loaded_wish daemon_wish(const struct daemon *d);

/* What can't be started is said, and due again. */
void daemon_start_loader(struct daemon *d);
void daemon_start_census(struct daemon *d);
void daemon_start_sensor(struct daemon *d);
