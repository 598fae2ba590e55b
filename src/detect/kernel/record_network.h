/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Records of connections, listeners, datagrams and DNS messages. */
#pragma once

#include "detect/kernel/record.h"

#define RECORD_ADDRESS_SIZE 16
#define RECORD_PAYLOAD_SIZE 2048 /* of a DNS message; what is longer is cut */

enum record_network_flag {
	RECORD_OUTWARD =
		1, /* the process began: it connected, or sent the first packet */
};

/*
 * RECORD_CONNECT, RECORD_ACCEPT, RECORD_LISTEN, RECORD_CLOSE, RECORD_DATAGRAM, RECORD_DNS and
 * RECORD_DNS_ANSWER: this, then ${payload_size} bytes of the DNS message, then bytes without a
 * meaning.  The head's process is the one that the socket belongs to (docs/modules/collector.md
 * says whose it is); its pid is 0 where nobody can say.  Ports are in the host's order.
 */
struct record_network {
	struct record head;
	__u64 socket; /* its cookie: the same in all records of a socket, never used again */
	__u64 opened_ns; /* RECORD_CLOSE: when it was connected, CLOCK_BOOTTIME */
	__u64 sent;      /* RECORD_CLOSE: bytes of payload, each counted once */
	__u64 received;
	__u8 local[RECORD_ADDRESS_SIZE]; /* IPv6, or IPv4 mapped into it */
	__u8 remote[RECORD_ADDRESS_SIZE];
	__u16 local_port, remote_port;
	__u16 error;     /* RECORD_CLOSE: errno that ended it; 0: none */
	__u8 protocol;   /* IPPROTO_TCP, IPPROTO_UDP */
	__u8 flags;      /* enum record_network_flag */
	__u32 namespace; /* the network's: inode number */
	__u32 payload_size;
	__u32 payload_whole; /* before any cut */
	__u32 reserved;
};
