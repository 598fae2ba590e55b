/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Whose a socket is, and the packets that it sends and gets. */
#pragma once

/* The compiler's view of the kernel has no macros. */
#define AF_INET  2
#define AF_INET6 10
#define EEXIST   17
#define PORT_DNS 53
#define PASS     1 /* what a cgroup program returns to let everything be as it is */

/* Headers between IPv6 and what it carries; a few are looked over. */
#define EXTENSION_HOPS    0
#define EXTENSION_ROUTING 43
#define EXTENSION_OPTIONS 60
#define EXTENSIONS        4

/*
 * What is known of a socket for as long as it lives.  A connection that comes in gets a copy of
 * its listener's (BPF_F_CLONE), so it is known whose it is before anybody accepted it.
 */
struct known_socket {
	struct record_network network; /* its head is the owner's */
	/* DNS over TCP: where the next message begins in either direction. */
	__u32 next[2];
	__u32 bare[2]; /* its size, where that came in a segment of its own; else 0 */
	__u32 in_step[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct known_socket);
} wh_sockets SEC(".maps");

/* One packet of a socket, as seen from the socket's end. */
struct packet {
	__u8 local[RECORD_ADDRESS_SIZE], remote[RECORD_ADDRESS_SIZE];
	__u16 local_port, remote_port;
	__u32 at, size; /* the payload */
	__u32 sequence; /* TCP: of the payload's first byte */
	bool syn;
} __attribute__((aligned(8)));

static __always_inline void map_ipv4(__u8 *out, __u32 address)
{
	__builtin_memset(out, 0, 10);
	out[10] = out[11] = 0xff;
	__builtin_memcpy(out + 12, &address, 4);
}

/* The socket is ${task}'s from now on. */
static __always_inline void own(struct known_socket *known, struct task_struct *task)
{
	__u32 pid = BPF_CORE_READ(task, tgid);

	/* A process that goes on using its socket is not looked at again. */
	if (known->network.head.pid == pid &&
	    known->network.head.start_ns ==
		    BPF_CORE_READ(task, group_leader, start_boottime))
		return;
	fill_head(&known->network.head, RECORD_NONE, task);
	known->network.namespace = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
}

/* A record of what is known of the socket, as it is now. */
static __always_inline void begin_record(struct record_network *record,
					 const struct known_socket *known,
					 enum record_kind kind)
{
	*record = known->network;
	record->head.kind = kind;
	record->head.time_ns = bpf_ktime_get_boot_ns();
}

/* The ends of a TCP socket.  Its port is read where it still stands when the socket is closed. */
static __always_inline void read_ends(struct record_network *out, const struct sock *sk)
{
	const struct inet_sock *inet = (const void *)sk;

	if (BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET) {
		map_ipv4(out->local, BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr));
		map_ipv4(out->remote, BPF_CORE_READ(sk, __sk_common.skc_daddr));
	} else {
		BPF_CORE_READ_INTO(&out->local, sk,
				   __sk_common.skc_v6_rcv_saddr.in6_u.u6_addr8);
		BPF_CORE_READ_INTO(&out->remote, sk,
				   __sk_common.skc_v6_daddr.in6_u.u6_addr8);
	}
	out->local_port = bpf_ntohs(BPF_CORE_READ(inet, inet_sport));
	out->remote_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	out->protocol = IPPROTO_TCP;
}

/* Reading packets.  Where one can't be read, it is none of ours. */

static __always_inline bool read_udp(const struct __sk_buff *skb, struct packet *packet,
				     bool out)
{
	struct udphdr udp;
	__u16 from, to;

	if (bpf_skb_load_bytes(skb, packet->at, &udp, sizeof(udp)))
		return false;
	from = bpf_ntohs(udp.source);
	to = bpf_ntohs(udp.dest);
	packet->local_port = out ? from : to;
	packet->remote_port = out ? to : from;
	packet->at += sizeof(udp);
	return true;
}

static __always_inline bool read_tcp(const struct __sk_buff *skb, struct packet *packet,
				     bool out)
{
	struct tcphdr tcp;
	__u16 from, to;

	if (bpf_skb_load_bytes(skb, packet->at, &tcp, sizeof(tcp)))
		return false;
	from = bpf_ntohs(tcp.source);
	to = bpf_ntohs(tcp.dest);
	packet->local_port = out ? from : to;
	packet->remote_port = out ? to : from;
	packet->at += tcp.doff * 4;
	packet->syn = tcp.syn;
	packet->sequence = bpf_ntohl(tcp.seq) + tcp.syn;
	return true;
}

/* Returns the protocol above IP, 0 for none that could be read. */
static __always_inline __u8 read_ipv4(const struct __sk_buff *skb, struct packet *packet,
				      bool out)
{
	struct iphdr ip;

	if (bpf_skb_load_bytes(skb, 0, &ip, sizeof(ip)) ||
	    bpf_ntohs(ip.frag_off) & 0x1fff)
		return 0;
	map_ipv4(packet->local, out ? ip.saddr : ip.daddr);
	map_ipv4(packet->remote, out ? ip.daddr : ip.saddr);
	packet->at = ip.ihl * 4;
	return ip.protocol;
}

static __always_inline __u8 read_ipv6(const struct __sk_buff *skb, struct packet *packet,
				      bool out)
{
	struct ipv6hdr ip;
	__u8 next, header[2];

	if (bpf_skb_load_bytes(skb, 0, &ip, sizeof(ip)))
		return 0;
	__builtin_memcpy(packet->local, out ? &ip.saddr : &ip.daddr, RECORD_ADDRESS_SIZE);
	__builtin_memcpy(packet->remote, out ? &ip.daddr : &ip.saddr,
			 RECORD_ADDRESS_SIZE);
	packet->at = sizeof(ip);
	next = ip.nexthdr;
#pragma unroll
	for (int i = 0; i < EXTENSIONS; i++) {
		if (next != EXTENSION_HOPS && next != EXTENSION_ROUTING &&
		    next != EXTENSION_OPTIONS)
			break;
		if (bpf_skb_load_bytes(skb, packet->at, header, sizeof(header)))
			return 0;
		next = header[0];
		packet->at += (header[1] + 1) * 8;
	}
	return next;
}

static __always_inline bool read_packet(const struct __sk_buff *skb,
					struct packet *packet, __u32 protocol, bool out)
{
	__u8 version, found;

	__builtin_memset(packet, 0, sizeof(*packet));
	if (bpf_skb_load_bytes(skb, 0, &version, 1))
		return false;
	found = version >> 4 == 4 ? read_ipv4(skb, packet, out)
				  : read_ipv6(skb, packet, out);
	if (found != protocol ||
	    !(protocol == IPPROTO_TCP ? read_tcp(skb, packet, out)
				      : read_udp(skb, packet, out)) ||
	    packet->at > skb->len)
		return false;
	packet->size = skb->len - packet->at;
	return true;
}
