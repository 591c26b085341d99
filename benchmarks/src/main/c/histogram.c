// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "histogram.h"

static unsigned bucket(uint64_t value) {
    if (value < STEPS) {
        return (unsigned)value;
    }
    unsigned shift = 63 - (unsigned)__builtin_clzll(value) - STEP_BITS;
    return (shift + 1) * STEPS + (unsigned)(value >> shift) - STEPS;
}

/* The largest value that falls into the bucket. */
static uint64_t upper_edge(unsigned index) {
    if (index < STEPS) {
        return index;
    }
    unsigned shift = index / STEPS - 1;
    return ((uint64_t)(index % STEPS + STEPS + 1) << shift) - 1;
}

void histogram_record(struct histogram *histogram, uint64_t value) {
    histogram->counts[bucket(value)]++;
}

void histogram_print(const struct histogram *histogram) {
    const char *separator = "";
    for (unsigned i = 0; i < BUCKETS; i++) {
        if (histogram->counts[i] > 0) {
            printf("%s%llu:%llu", separator, (unsigned long long)upper_edge(i),
                   (unsigned long long)histogram->counts[i]);
            separator = ",";
        }
    }
}
