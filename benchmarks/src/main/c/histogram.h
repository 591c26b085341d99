/* A log-linear histogram, as HdrHistogram's: 128 steps for each power of two, so an error below one percent. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

enum { STEP_BITS = 7, STEPS = 1 << STEP_BITS, BUCKETS = (64 - STEP_BITS) * STEPS + STEPS };

struct histogram {
    uint64_t counts[BUCKETS];
    uint64_t total;
    uint64_t max;
};

void histogram_record(struct histogram *histogram, uint64_t value);

/* The value that this share (0 to 1) of the recorded ones does not exceed; 0 if there are none. */
uint64_t histogram_quantile(const struct histogram *histogram, double share);

#endif
