// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// The kernel side: connections, listeners, datagrams and DNS messages, and whose they are.
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "detect/kernel/record_network.h"
#include "detect/kernel/send.bpf.h"
#include "detect/kernel/network.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline void send_of(const struct known_socket *known,
				    enum record_kind kind)
{
	struct record_network record;

	if (!is_wanted(kind))
		return;
	begin_record(&record, known, kind);
	send(&record.head, sizeof(record), kind != RECORD_CLOSE);
}

/* TCP.  What it is to connect, to listen and to accept, however it is seen. */

static __always_inline void connects(struct known_socket *known, const struct sock *sk,
				     __u64 cookie)
{
	read_ends(&known->network, sk);
	known->network.socket = cookie;
	known->network.flags = RECORD_OUTWARD;
	known->network.opened_ns = bpf_ktime_get_boot_ns();
	own(known, (void *)bpf_get_current_task());
	send_of(known, RECORD_CONNECT);
}

static __always_inline void listens(struct known_socket *known, const struct sock *sk,
				    __u64 cookie)
{
	read_ends(&known->network, sk);
	known->network.socket = cookie;
	known->network.opened_ns = 0;
	own(known, (void *)bpf_get_current_task());
	send_of(known, RECORD_LISTEN);
}

static __always_inline void accepts(struct known_socket *known, const struct sock *sk,
				    __u64 cookie)
{
	read_ends(&known->network, sk);
	known->network.socket = cookie;
	known->network.flags = 0;
	known->network.opened_ns = bpf_ktime_get_boot_ns();
	send_of(known, RECORD_ACCEPT);
}

/* Back end 1: the functions themselves.  The port is chosen, and the first packet not yet sent. */
SEC("fentry/tcp_connect")
int BPF_PROG(wh_connect_entry, struct sock *sk)
{
	struct known_socket *known;

	known = sk ? bpf_sk_storage_get(&wh_sockets, sk, NULL,
					BPF_SK_STORAGE_GET_F_CREATE)
		   : NULL;
	if (known)
		connects(known, sk, bpf_get_socket_cookie(sk));
	return 0;
}

SEC("fexit/inet_csk_listen_start")
int BPF_PROG(wh_listen_exit, struct sock *sk)
{
	struct known_socket *known;

	/* It may have failed. */
	if (!sk || BPF_CORE_READ(sk, __sk_common.skc_state) != TCP_LISTEN)
		return 0;
	known = bpf_sk_storage_get(&wh_sockets, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (known)
		listens(known, sk, bpf_get_socket_cookie(sk));
	return 0;
}

static __always_inline int accepted(struct sock *sk)
{
	struct known_socket *known;

	known = sk ? bpf_sk_storage_get(&wh_sockets, sk, NULL,
					BPF_SK_STORAGE_GET_F_CREATE)
		   : NULL;
	if (!known)
		return 0;
	own(known, (void *)bpf_get_current_task());
	accepts(known, sk, bpf_get_socket_cookie(sk));
	return 0;
}

/* Who calls accept(2) owns the connection.  Before Linux 6.10 there were two arguments more. */
SEC("fexit/inet_csk_accept")
int wh_accept_exit(__u64 *context)
{
	if (bpf_core_type_exists(struct proto_accept_arg))
		return accepted((struct sock *)context[2]);
	return accepted((struct sock *)context[4]);
}

/* Back end 2: what the kernel tells control groups. */

/* The socket that ${ops} is of, as the kernel has it; it is known from now on. */
static __always_inline const struct sock *socket_of(struct bpf_sock_ops *ops,
						    struct known_socket **known)
{
	struct bpf_sock *view = ops->sk;

	if (!view)
		return NULL;
	*known = bpf_sk_storage_get(&wh_sockets, view, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	return (const struct sock *)bpf_skc_to_tcp_sock(view);
}

SEC("sockops")
int wh_connect(struct bpf_sock_ops *ops)
{
	struct known_socket *known = NULL;
	const struct sock *sk;

	if (ops->op != BPF_SOCK_OPS_TCP_CONNECT_CB)
		return PASS;
	sk = socket_of(ops, &known);
	if (known && sk)
		connects(known, sk, bpf_get_socket_cookie(ops));
	return PASS;
}

SEC("sockops")
int wh_listen(struct bpf_sock_ops *ops)
{
	struct known_socket *known = NULL;
	const struct sock *sk;

	if (ops->op != BPF_SOCK_OPS_TCP_LISTEN_CB)
		return PASS;
	sk = socket_of(ops, &known);
	if (known && sk)
		listens(known, sk, bpf_get_socket_cookie(ops));
	return PASS;
}

/* The connection stands, and nobody has accepted it yet: it is taken for its listener's. */
SEC("sockops")
int wh_accept(struct bpf_sock_ops *ops)
{
	struct known_socket *known = NULL;
	const struct sock *sk;

	if (ops->op != BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB)
		return PASS;
	sk = socket_of(ops, &known);
	if (known && sk)
		accepts(known, sk, bpf_get_socket_cookie(ops));
	return PASS;
}

/*
 * Sockets that were there before: run once, over the open files of all processes.  Of several who
 * have one open, the last counts for a listener (it may have been handed down to who serves), and
 * the first for any other.
 */
SEC("iter/task_file")
int wh_census(struct bpf_iter__task_file *context)
{
	struct task_struct *task = context->task;
	struct file *file = context->file;
	struct socket *socket = file ? bpf_sock_from_file(file) : NULL;
	struct known_socket *known;
	struct sock *sk;
	__u16 family;

	if (!task || !socket)
		return 0;
	sk = socket->sk;
	if (!sk)
		return 0;
	family = BPF_CORE_READ(sk, __sk_common.skc_family);
	if (family != AF_INET && family != AF_INET6)
		return 0;
	known = bpf_sk_storage_get(&wh_sockets, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (known && (!known->network.head.pid ||
		      BPF_CORE_READ(sk, __sk_common.skc_state) == TCP_LISTEN))
		own(known, task);
	return 0;
}

/* The end of every TCP connection whose beginning was seen, of one that never stood too. */

static __always_inline void closes(struct known_socket *known, const struct sock *sk)
{
	const struct tcp_sock *tcp = (const void *)sk;
	__u64 received = BPF_CORE_READ(tcp, bytes_received);

	if (!known->network.opened_ns)
		return;
	/* The end of a stream has a number of its own among the bytes. */
	if (received && BPF_CORE_READ(sk, __sk_common.skc_flags) & 1 << SOCK_DONE)
		received--;
	known->network.sent =
		BPF_CORE_READ(tcp, bytes_sent) - BPF_CORE_READ(tcp, bytes_retrans);
	known->network.received = received;
	known->network.error = BPF_CORE_READ(sk, sk_err);
	send_of(known, RECORD_CLOSE);
	/* A socket may be connected again. */
	known->network.opened_ns = 0;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(wh_close, struct sock *sk, int before, int now)
{
	struct known_socket *known;

	if (now != TCP_CLOSE || !sk || BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	known = bpf_sk_storage_get(&wh_sockets, sk, NULL, 0);
	if (known)
		closes(known, sk);
	return 0;
}

/* Before Linux 5.11 tracing programs have no socket storage; states are told to those who ask. */
SEC("sockops")
int wh_close_ops(struct bpf_sock_ops *ops)
{
	struct known_socket *known = NULL;
	const struct sock *sk;

	if (ops->op == BPF_SOCK_OPS_TCP_CONNECT_CB ||
	    ops->op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB)
		bpf_sock_ops_cb_flags_set(ops, ops->bpf_sock_ops_cb_flags |
						       BPF_SOCK_OPS_STATE_CB_FLAG);
	if (ops->op != BPF_SOCK_OPS_STATE_CB || ops->args[1] != BPF_TCP_CLOSE)
		return PASS;
	sk = socket_of(ops, &known);
	if (known && sk)
		closes(known, sk);
	return PASS;
}

/* UDP: who uses a socket */

static __always_inline int use(struct bpf_sock_addr *context)
{
	struct known_socket *known;
	struct bpf_sock *view = context->sk;

	if (!view || context->protocol != IPPROTO_UDP)
		return PASS;
	known = bpf_sk_storage_get(&wh_sockets, view, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (known)
		own(known, (void *)bpf_get_current_task());
	return PASS;
}

SEC("cgroup/connect4")
int wh_connect4(struct bpf_sock_addr *context)
{
	return use(context);
}

SEC("cgroup/connect6")
int wh_connect6(struct bpf_sock_addr *context)
{
	return use(context);
}

SEC("cgroup/sendmsg4")
int wh_sendmsg4(struct bpf_sock_addr *context)
{
	return use(context);
}

SEC("cgroup/sendmsg6")
int wh_sendmsg6(struct bpf_sock_addr *context)
{
	return use(context);
}

static __always_inline int bound(struct bpf_sock *view)
{
	struct known_socket *known;

	if (view->protocol != IPPROTO_UDP)
		return PASS;
	known = bpf_sk_storage_get(&wh_sockets, view, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (known)
		own(known, (void *)bpf_get_current_task());
	return PASS;
}

SEC("cgroup/post_bind4")
int wh_bind4(struct bpf_sock *view)
{
	return bound(view);
}

SEC("cgroup/post_bind6")
int wh_bind6(struct bpf_sock *view)
{
	return bound(view);
}

/* UDP: the first packet between two ends */

struct pair {
	__u64 socket;
	__u8 remote[RECORD_ADDRESS_SIZE];
	__u16 port;
	__u8 reserved[6];
};

/* Whom a socket has met beside its first partner; the ones met longest ago are forgotten first. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct pair);
	__type(value, __u8);
} wh_pairs SEC(".maps");

static __always_inline bool same_address(const __u8 *a, const __u8 *b)
{
	const __u64 *x = (const __u64 *)a, *y = (const __u64 *)b;

	return x[0] == y[0] && x[1] == y[1];
}

static __always_inline bool have_met(const struct known_socket *known,
				     const struct packet *packet)
{
	struct pair pair = { .socket = known->network.socket,
			     .port = packet->remote_port };
	__u8 yes = 1;

	if (known->network.remote_port == packet->remote_port &&
	    same_address(known->network.remote, packet->remote))
		return true;
	__builtin_memcpy(pair.remote, packet->remote, sizeof(pair.remote));
	return bpf_map_update_elem(&wh_pairs, &pair, &yes, BPF_NOEXIST) == -EEXIST;
}

static __always_inline void set_ends(struct record_network *out,
				     const struct packet *packet)
{
	__builtin_memcpy(out->local, packet->local, sizeof(out->local));
	__builtin_memcpy(out->remote, packet->remote, sizeof(out->remote));
	out->local_port = packet->local_port;
	out->remote_port = packet->remote_port;
}

/* A UDP socket's own ends are those of its first packet. */
static __always_inline void meet(struct known_socket *known, const struct packet *packet,
				 bool out)
{
	struct record_network record;

	if (!known->network.opened_ns) {
		set_ends(&known->network, packet);
		known->network.protocol = IPPROTO_UDP;
		known->network.flags = out ? RECORD_OUTWARD : 0;
		known->network.opened_ns = bpf_ktime_get_boot_ns();
	} else if (have_met(known, packet)) {
		return;
	}
	if (!is_wanted(RECORD_DATAGRAM))
		return;
	begin_record(&record, known, RECORD_DATAGRAM);
	set_ends(&record, packet);
	record.flags = out ? RECORD_OUTWARD : 0;
	send(&record.head, sizeof(record), true);
}

SEC("cgroup/sock_release")
int wh_release(struct bpf_sock *view)
{
	struct known_socket *known;

	if (view->protocol != IPPROTO_UDP)
		return PASS;
	known = bpf_sk_storage_get(&wh_sockets, view, NULL, 0);
	if (known && known->network.opened_ns)
		send_of(known, RECORD_CLOSE);
	return PASS;
}

/* DNS */

/* The record is made where it is sent from; ${room} is what it has for the message. */
static __always_inline void send_message(struct __sk_buff *skb,
					 const struct known_socket *known,
					 const struct packet *packet,
					 enum record_kind kind, __u32 at, __u32 size,
					 __u32 whole, const __u32 room)
{
	struct record_network *record =
		bpf_ringbuf_reserve(&wh_ring, sizeof(*record) + room, 0);
	__u64 last;

	count_sent(kind, !record);
	if (record) {
		begin_record(record, known, kind);
		set_ends(record, packet);
		record->head.size = sizeof(*record) + room;
		record->payload_whole = whole;
		if (size > room)
			size = room;
		record->payload_size = size;
		/* From nought to room - 1: bounds that the verifiers of before 6.2 see, too. */
		last = (__u64)size - 1;
		barrier_var(last);
		if (last < room && bpf_skb_load_bytes(skb, at, record + 1, last + 1))
			record->payload_size = 0;
		bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	}
	ring_bell(true);
}

static __always_inline void send_dns(struct __sk_buff *skb,
				     const struct known_socket *known,
				     const struct packet *packet, bool out, __u32 at,
				     __u32 size, __u32 whole)
{
	enum record_kind kind = out ? RECORD_DNS : RECORD_DNS_ANSWER;

	if (!is_wanted(kind))
		return;
	/* A record can't be given back in part: of a few sizes the one that wastes least. */
	if (size <= 64)
		send_message(skb, known, packet, kind, at, size, whole, 64);
	else if (size <= 256)
		send_message(skb, known, packet, kind, at, size, whole, 256);
	else
		send_message(skb, known, packet, kind, at, size, whole,
			     RECORD_PAYLOAD_SIZE);
}

#define MESSAGES 4 /* looked for in one segment */

/*
 * A stream has messages that begin with their size.  Where one begins follows from the one before,
 * so it is found whatever the segments are, and found once however often they are sent.
 */
static __always_inline void follow_stream(struct __sk_buff *skb,
					  struct known_socket *known,
					  const struct packet *packet, bool out)
{
	__u32 way = out ? 0 : 1;

	if (packet->syn) {
		known->in_step[way] = true;
		known->next[way] = packet->sequence;
		known->bare[way] = 0;
	}
	for (int i = 0; i < MESSAGES && known->in_step[way]; i++) {
		__u32 skip = known->next[way] - packet->sequence;
		__u32 at = packet->at + skip, left = packet->size - skip;
		__u32 whole = known->bare[way];
		__u8 size[2];

		if (skip >= packet->size)
			return;
		if (!whole) {
			/* Half a size, or none: what follows can't be told apart. */
			if (left < 2 || bpf_skb_load_bytes(skb, at, size, 2)) {
				known->in_step[way] = false;
				return;
			}
			whole = size[0] << 8 | size[1];
			known->next[way] += 2;
			at += 2;
			left -= 2;
			if (!left) {
				known->bare[way] = whole;
				return;
			}
		}
		known->bare[way] = 0;
		known->next[way] += whole;
		send_dns(skb, known, packet, out, at, left < whole ? left : whole, whole);
	}
}

/* Packets: only those of UDP, and of TCP with a server of names, are looked at. */
static __always_inline int pass(struct __sk_buff *skb, bool out)
{
	struct bpf_sock *view = skb->sk;
	struct known_socket *known;
	struct packet packet;

	if (view)
		view = bpf_sk_fullsock(view);
	if (!view ||
	    !(view->protocol == IPPROTO_UDP ||
	      (view->protocol == IPPROTO_TCP && view->dst_port == bpf_htons(PORT_DNS))))
		return PASS;
	known = bpf_sk_storage_get(&wh_sockets, view, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!known || !read_packet(skb, &packet, view->protocol, out))
		return PASS;
	if (view->protocol == IPPROTO_TCP) {
		follow_stream(skb, known, &packet, out);
		return PASS;
	}
	if (!known->network.socket)
		known->network.socket = bpf_get_socket_cookie(skb);
	__sync_fetch_and_add(out ? &known->network.sent : &known->network.received,
			     packet.size);
	meet(known, &packet, out);
	if (packet.remote_port == PORT_DNS)
		send_dns(skb, known, &packet, out, packet.at, packet.size, packet.size);
	return PASS;
}

SEC("cgroup_skb/egress")
int wh_egress(struct __sk_buff *skb)
{
	return pass(skb, true);
}

SEC("cgroup_skb/ingress")
int wh_ingress(struct __sk_buff *skb)
{
	return pass(skb, false);
}
