// SPDX-License-Identifier: Apache-2.0
/* Counts values: 128 steps for each power of two, so an error below one percent. The reader has an HdrHistogram. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

enum { STEP_BITS = 7, STEPS = 1 << STEP_BITS, BUCKETS = (64 - STEP_BITS) * STEPS + STEPS };

struct histogram {
    uint64_t counts[BUCKETS];
};

void histogram_record(struct histogram *histogram, uint64_t value);

/* VALUE:COUNT,... of the values that came, in rising order, each the largest of its step. */
void histogram_print(const struct histogram *histogram);

#endif
