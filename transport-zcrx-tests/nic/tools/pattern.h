/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The byte pattern that sender and receivers agree on. It depends on the position in the stream, so that
 * a byte lost, doubled or moved is found, and on a seed, so that two connections differ:
 * little-endian 8-byte words, word k = (((k + 1) * PATTERN_MULTIPLIER) ^ (k >> 7)) + seed, modulo 2^64.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PATTERN_MULTIPLIER 0x9E3779B97F4A7C15ull

static inline uint64_t pattern_word(uint64_t k, uint64_t seed)
{
	return (((k + 1) * PATTERN_MULTIPLIER) ^ (k >> 7)) + seed;
}

static inline uint8_t pattern_byte(uint64_t pos, uint64_t seed)
{
	return pattern_word(pos >> 3, seed) >> ((pos & 7) * 8);
}

static inline void pattern_fill(uint8_t *p, size_t n, uint64_t pos, uint64_t seed)
{
	for (; n && (pos & 7); n--)
		*p++ = pattern_byte(pos++, seed);
	for (; n >= 8; n -= 8, p += 8, pos += 8) {
		uint64_t word = pattern_word(pos >> 3, seed);

		memcpy(p, &word, 8);
	}
	for (; n; n--)
		*p++ = pattern_byte(pos++, seed);
}

/* Returns n when all is right, else the index of the first wrong byte */
static inline size_t pattern_check(const uint8_t *p, size_t n, uint64_t pos, uint64_t seed)
{
	size_t i = 0;

	for (; i < n && ((pos + i) & 7); i++)
		if (p[i] != pattern_byte(pos + i, seed))
			return i;
	for (; i + 8 <= n; i += 8) {
		uint64_t word;

		memcpy(&word, p + i, 8);
		if (word != pattern_word((pos + i) >> 3, seed))
			break;
	}
	for (; i < n; i++)
		if (p[i] != pattern_byte(pos + i, seed))
			return i;
	return n;
}

#define PATTERN_SEEDS 16

/* Which seed, 1 to PATTERN_SEEDS, begins a stream like this? The last one when none does */
static inline uint64_t pattern_seed_of(const uint8_t *p, size_t n)
{
	uint64_t seed;

	for (seed = 1; seed < PATTERN_SEEDS; seed++)
		if (pattern_check(p, n, 0, seed) == n)
			break;
	return seed;
}

#endif
