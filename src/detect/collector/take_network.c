// SPDX-License-Identifier: Apache-2.0
// Connections, listeners, datagrams and DNS messages.
#include "detect/collector/collector_inside.h"
#include "detect/collector/dns.h"
#include "detect/kernel/record_network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>

struct network {
	struct record_network fixed;
	struct text payload;
};

/*
 * Whose socket it is.  The record has the users of the time when the socket came to its owner, so
 * they must not become those of a process that is known.
 */
static const struct process *owner(struct collector *c, struct process *nobody)
{
	struct process_key key = { .start_ns = c->head.start_ns, .pid = c->head.pid };
	const struct process *process;

	if (key.pid == 0)
		return nobody;
	process = process_table_find(c->table, key);
	return process ? process : complete_process(c);
}

static void put_address(struct collector *c, enum field field, const uint8_t *address)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr ipv6;
	bool mapped;

	memcpy(&ipv6, address, sizeof(ipv6));
	mapped = IN6_IS_ADDR_V4MAPPED(&ipv6);
	if (inet_ntop(mapped ? AF_INET : AF_INET6, mapped ? address + 12 : address, text,
		      sizeof(text)))
		put_text(c, field, text_of(text));
}

static void put_source(struct collector *c, const uint8_t *address, uint16_t port)
{
	put_address(c, FIELD_SOURCE_IP, address);
	put_number(c, FIELD_SOURCE_PORT, port);
}

static void put_destination(struct collector *c, const uint8_t *address, uint16_t port)
{
	put_address(c, FIELD_DESTINATION_IP, address);
	put_number(c, FIELD_DESTINATION_PORT, port);
}

static void put_socket(struct collector *c, const struct record_network *network)
{
	put_text(c, FIELD_PROTOCOL,
		 network->protocol == IPPROTO_TCP ? TEXT("tcp") : TEXT("udp"));
	put_number(c, FIELD_SOCKET_ID, network->socket);
	put_number(c, FIELD_NETWORK_NAMESPACE, network->namespace);
}

/* The source is who began, whichever end that is. */
static void put_ends(struct collector *c, const struct record_network *network)
{
	bool outward = network->flags & RECORD_OUTWARD;

	put_socket(c, network);
	put_bool(c, FIELD_INITIATED, outward);
	if (outward) {
		put_source(c, network->local, network->local_port);
		put_destination(c, network->remote, network->remote_port);
	} else {
		put_source(c, network->remote, network->remote_port);
		put_destination(c, network->local, network->local_port);
	}
}

typedef void put_what(struct collector *c, const struct network *network);

/* The owner's event, with what ${put} has to say; NULL where none is to be made. */
static const struct sensed *make(struct collector *c, struct text record, put_what *put)
{
	const uint32_t limit = RECORD_PAYLOAD_SIZE;
	struct network network = { 0 };
	struct process nobody = { 0 };
	const struct process *process;

	if (record_take(record, &network.fixed, sizeof(network.fixed),
			&network.fixed.payload_size, &limit, 1,
			&network.payload) != RECORD_READ)
		return complete_malformed(c);
	process = owner(c, &nobody);
	if (!complete_wanted(c, process))
		return NULL;
	complete_begin(c, process);
	complete_program(c, process);
	put(c, &network);
	return complete_end(c, process);
}

static void put_connection(struct collector *c, const struct network *network)
{
	put_ends(c, &network->fixed);
}

const struct sensed *take_connection(struct collector *c, struct text record)
{
	return make(c, record, put_connection);
}

static void put_listener(struct collector *c, const struct network *network)
{
	const struct record_network *fixed = &network->fixed;

	put_socket(c, fixed);
	put_address(c, FIELD_LISTEN_IP, fixed->local);
	put_number(c, FIELD_LISTEN_PORT, fixed->local_port);
}

const struct sensed *take_listen(struct collector *c, struct text record)
{
	return make(c, record, put_listener);
}

/* What ended a connection that did not end well. */
static struct text error_name(uint16_t error)
{
	switch (error) {
	case 0:
		return (struct text){ 0 };
	case ECONNREFUSED:
		return TEXT("refused");
	case ECONNRESET:
	case EPIPE:
		return TEXT("reset");
	case ETIMEDOUT:
		return TEXT("timed out");
	case EHOSTUNREACH:
	case ENETUNREACH:
		return TEXT("unreachable");
	case ECONNABORTED:
		return TEXT("aborted");
	default:
		return TEXT("failed");
	}
}

static void put_close(struct collector *c, const struct network *network)
{
	const struct record_network *fixed = &network->fixed;

	put_ends(c, fixed);
	put_number(c, FIELD_BYTES_SENT, fixed->sent);
	put_number(c, FIELD_BYTES_RECEIVED, fixed->received);
	if (fixed->head.time_ns >= fixed->opened_ns)
		put_number(c, FIELD_DURATION, fixed->head.time_ns - fixed->opened_ns);
	put_text(c, FIELD_CONNECTION_ERROR, error_name(fixed->error));
}

const struct sensed *take_close(struct collector *c, struct text record)
{
	return make(c, record, put_close);
}

/* A type or status that has no name is its number. */
static void put_named(struct collector *c, enum field field, struct text name,
		      unsigned number)
{
	char digits[16];

	(void)snprintf(digits, sizeof(digits), "%u", number);
	put_text(c, field, name.size ? name : text_of(digits));
}

static void put_message(struct collector *c, const struct network *network)
{
	struct dns_message *message = &c->dns;
	unsigned status;

	/* The asker began, whatever else the socket does. */
	put_socket(c, &network->fixed);
	put_source(c, network->fixed.local, network->fixed.local_port);
	put_destination(c, network->fixed.remote, network->fixed.remote_port);
	dns_read(network->payload, message);
	put_number(c, FIELD_QUERY_ID, message->id);
	put_text(c, FIELD_QUERY_NAME, message->name);
	if (message->type)
		put_named(c, FIELD_QUERY_TYPE, dns_type_name(message->type),
			  message->type);
	if (network->fixed.payload_whole > network->fixed.payload_size)
		put_true(c, FIELD_QUERY_CUT);
	else if (message->is_broken)
		put_true(c, FIELD_QUERY_BROKEN);
	if (c->head.kind != RECORD_DNS_ANSWER)
		return;
	status = message->header & DNS_STATUS;
	put_number(c, FIELD_QUERY_STATUS, status);
	put_named(c, FIELD_RESPONSE_CODE, dns_status_name(status), status);
	for (uint32_t i = 0; i < message->result_count; i++)
		put_text(c, FIELD_QUERY_RESULTS, message->results[i]);
	c->sensed.event.dropped += message->left_out;
}

const struct sensed *take_dns(struct collector *c, struct text record)
{
	return make(c, record, put_message);
}
