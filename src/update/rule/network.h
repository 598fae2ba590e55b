/* SPDX-License-Identifier: Apache-2.0 */
/* "10.0.0.0/8", "fe80::/10" -> network and size. */
#pragma once

#include "update/rule/rule.h"

/*
 * network_parse(text, value):
 * Set network and network_bits of ${value} from an IPv4 or IPv6 network in CIDR notation; an
 * address alone is a network of one.  NULL, or what is wrong with it (${value} is then as
 * before).
 */
const char *network_parse(struct text text, struct rule_value *value);
