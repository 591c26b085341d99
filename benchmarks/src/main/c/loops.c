/* Loops without a network: what the processor can do now, and what the receive path's work costs in C. */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "load.h"

/* About 30 ms of arithmetic and of copies: it takes as long each time, unless somebody else is on the machine. */
void calibrate(void) {
    enum { BLOCK = 1 << 20, COPIES = 200, STEPS_OF_MIX = 6 * 1000 * 1000 };
    unsigned char *memory = allocate(2, BLOCK);
    memset(memory, 1, 2 * (size_t)BLOCK);
    uint64_t start = now_ns();
    uint64_t mixed = 88172645463325252u;
    for (int i = 0; i < STEPS_OF_MIX; i++) {
        mixed ^= mixed << 13;
        mixed ^= mixed >> 7;
        mixed ^= mixed << 17;
    }
    for (int i = 0; i < COPIES; i++) {
        memcpy(memory + BLOCK * ((i + 1) % 2), memory + BLOCK * (i % 2), BLOCK);
        memory[mixed % BLOCK]++;
    }
    printf("ns=%llu\n", (unsigned long long)(now_ns() - start));
}

enum { ENTRIES = 4096, BATCH = 64, PASSES = 400000, PAGE = 4096 };

struct completion {
    uint64_t user_data;
    int32_t length;
    uint32_t flags;
    uint64_t token;
    uint64_t reserved;
};

struct refill_entry {
    uint64_t token;
    uint32_t length;
    uint32_t pad;
};

struct refill_ring {
    _Atomic uint32_t head, tail;
    uint32_t next_tail;
    struct refill_entry entries[ENTRIES];
};

/* What the Java side calls a buffer: a pooled object that knows where its bytes are. */
struct buffer {
    unsigned char *bytes;
    uint32_t length;
    uint32_t references;
    uint64_t token;
};

static struct refill_ring ring;
static struct completion completions[ENTRIES];
static struct buffer pool[BATCH];

static inline void refill(uint64_t token) {
    if (ring.next_tail - atomic_load_explicit(&ring.head, memory_order_acquire) == ENTRIES) {
        die("the refill ring is full");
    }
    struct refill_entry *entry = &ring.entries[ring.next_tail++ % ENTRIES];
    entry->token = token;
    entry->length = PAGE;
    entry->pad = 0;
}

/* As the kernel does when it takes the pages. */
static inline void publish_and_take(void) {
    atomic_store_explicit(&ring.tail, ring.next_tail, memory_order_release);
    atomic_store_explicit(&ring.head, ring.next_tail, memory_order_relaxed);
}

static void report(const char *what, uint64_t start) {
    printf("%s=%.3f\n", what, (double)(now_ns() - start) / ((double)PASSES * BATCH));
}

/* The benchmarks RefillBenchmark and ReceiveCycleBenchmark, in C: the same steps for each completion. */
void receive_cycle(void) {
    unsigned char *area = allocate(ENTRIES, PAGE);
    for (uint64_t i = 0; i < ENTRIES; i++) {
        completions[i] = (struct completion){.length = PAGE, .flags = 1u << 15, .token = i * PAGE};
    }
    uint64_t start = now_ns();
    for (uint64_t pass = 0; pass < PASSES; pass++) {
        for (uint64_t i = 0; i < BATCH; i++) {
            refill(i * PAGE);
        }
        publish_and_take();
    }
    report("refill_ns", start);

    volatile uint64_t sum = 0;
    uint32_t next = 0;
    start = now_ns();
    for (uint64_t pass = 0; pass < PASSES; pass++) {
        uint64_t lengths = 0;
        for (uint32_t i = 0; i < BATCH; i++) {
            const struct completion *completion = &completions[next++ % ENTRIES];
            struct buffer *buffer = &pool[i];
            buffer->bytes = area + (completion->token & ((UINT64_C(1) << 48) - 1));
            buffer->length = (uint32_t)completion->length;
            buffer->references = 1;
            buffer->token = completion->token;
            /* The application: sees the buffer, and releases it. */
            atomic_signal_fence(memory_order_seq_cst);
            lengths += buffer->length;
            if (--buffer->references == 0) {
                refill(buffer->token);
            }
        }
        sum += lengths;
        publish_and_take();
    }
    report("cycle_ns", start);
}
