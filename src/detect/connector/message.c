// SPDX-License-Identifier: Apache-2.0
// What the kernel's process connector says: linux/connector.h, linux/cn_proc.h.
#include "detect/connector/message.h"

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>

/* Before Linux 4.18 the end of a process said nothing of its parent: not needed here. */
#define EVENT_SIZE (offsetof(struct proc_event, event_data) + 16)

static void read_event(const struct proc_event *event, struct message *out)
{
	out->cpu = event->cpu;
	out->time_ns = event->timestamp_ns;
	switch (event->what) {
	case PROC_EVENT_NONE:
		out->what = MESSAGE_ANSWER;
		out->status = (int32_t)event->event_data.ack.err;
		return;
	case PROC_EVENT_FORK:
		out->what = MESSAGE_FORK;
		out->process = (uint32_t)event->event_data.fork.child_tgid;
		out->thread = (uint32_t)event->event_data.fork.child_pid;
		out->parent = (uint32_t)event->event_data.fork.parent_tgid;
		return;
	case PROC_EVENT_EXEC:
		out->what = MESSAGE_EXEC;
		out->process = (uint32_t)event->event_data.exec.process_tgid;
		out->thread = (uint32_t)event->event_data.exec.process_pid;
		return;
	case PROC_EVENT_EXIT:
		out->what = MESSAGE_EXIT;
		out->process = (uint32_t)event->event_data.exit.process_tgid;
		out->thread = (uint32_t)event->event_data.exit.process_pid;
		out->status = (int32_t)event->event_data.exit.exit_code;
		return;
	case PROC_EVENT_UID:
	case PROC_EVENT_GID:
		out->what =
			event->what == PROC_EVENT_UID ? MESSAGE_USERS : MESSAGE_GROUPS;
		out->process = (uint32_t)event->event_data.id.process_tgid;
		out->thread = (uint32_t)event->event_data.id.process_pid;
		out->real = event->event_data.id.r.ruid;
		out->effective = event->event_data.id.e.euid;
		return;
	default:
		out->what = MESSAGE_OTHER;
		return;
	}
}

bool message_next(struct text *datagram, struct message *out)
{
	struct nlmsghdr header;
	struct cn_msg connector;
	struct proc_event event = { 0 };
	struct text body;
	size_t size;

	if (datagram->size < sizeof(header))
		return false;
	memcpy(&header, datagram->at, sizeof(header));
	if (header.nlmsg_type != NLMSG_DONE || header.nlmsg_len > datagram->size ||
	    header.nlmsg_len < sizeof(header) + sizeof(connector))
		return false;
	memcpy(&connector, datagram->at + sizeof(header), sizeof(connector));
	body = text_part(*datagram, sizeof(header) + sizeof(connector),
			 header.nlmsg_len - sizeof(header) - sizeof(connector));
	if (connector.id.idx != CN_IDX_PROC || connector.id.val != CN_VAL_PROC ||
	    connector.len > body.size || connector.len < EVENT_SIZE)
		return false;
	size = connector.len < sizeof(event) ? connector.len : sizeof(event);
	memcpy(&event, body.at, size);
	*out = (struct message){ .sequence = connector.seq, .answer = connector.ack };
	read_event(&event, out);
	*datagram = text_part(*datagram, NLMSG_ALIGN(header.nlmsg_len), datagram->size);
	return true;
}

void message_wish(bool listen, uint32_t number, char out[MESSAGE_WISH_SIZE])
{
	const enum proc_cn_mcast_op wish =
		listen ? PROC_CN_MCAST_LISTEN : PROC_CN_MCAST_IGNORE;
	const struct cn_msg connector = { .id = { CN_IDX_PROC, CN_VAL_PROC },
					  .ack = number,
					  .len = sizeof(wish) };
	const struct nlmsghdr header = { .nlmsg_len = MESSAGE_WISH_SIZE,
					 .nlmsg_type = NLMSG_DONE };

	_Static_assert(sizeof(header) + sizeof(connector) + sizeof(wish) ==
			       MESSAGE_WISH_SIZE,
		       "the wish is one message");
	memcpy(out, &header, sizeof(header));
	memcpy(out + sizeof(header), &connector, sizeof(connector));
	memcpy(out + sizeof(header) + sizeof(connector), &wish, sizeof(wish));
}
