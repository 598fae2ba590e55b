/* SPDX-License-Identifier: Apache-2.0 */
/* The checksum of zip, gzip and Windows event logs. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The CRC-32 (ISO 3309) of bytes whose checksum is ${before}, and ${size} more at ${at}. */
uint32_t crc32_of(const uint8_t *at, size_t size, uint32_t before);

/* The same by the plain table, whatever the processor can do: what the other is tested by. */
uint32_t crc32_plain(const uint8_t *at, size_t size, uint32_t before);
