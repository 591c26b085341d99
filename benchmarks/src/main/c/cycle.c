// SPDX-License-Identifier: Apache-2.0
/*
 * The benchmarks RefillBenchmark and ReceiveCycleBenchmark in C: for each completion the same steps, the same stores and
 * the same memory order as in the transport, one thread, no kernel.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

#include "load.h"

enum { ENTRIES = 4096, PAGES = 4096, BATCH = 64, PASSES = 1000 * 1000, PAGE = 4096, PAGE_SHIFT = 12, AREA_SHIFT = 48 };

/* A completion ring as Netty reads it: 32 bytes, of which the second half is zero-copy receive's. */
struct completion {
    uint64_t user_data;
    int32_t result;
    uint32_t flags;
    uint64_t token;
    uint64_t reserved;
};

/* What a handler hands to the channel that the completion is for, as Netty's does. */
struct event {
    uint64_t user_data;
    int32_t result;
    uint32_t flags;
    uint8_t operation;
    const uint64_t *extra;
};

struct refill_entry {
    uint64_t token;
    uint32_t length;
    uint32_t pad;
};

/* As the kernel lays it out: the entries begin at the next line of the cache. */
struct shared_ring {
    _Atomic uint32_t head, tail;
    _Alignas(64) struct refill_entry entries[ENTRIES];
};

/* RefillRing: the lock is there for loops that share a queue. */
static struct {
    pthread_mutex_t lock;
    struct shared_ring *shared;
    uint32_t next_tail, seen_head;
    atomic_int overflowing;
} refill_ring = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* TokenList: what came back in this pass. */
static struct {
    uint64_t tokens[PAGES];
    uint32_t size;
} returned;

/* PageLedger: which pages are out, and how often. */
static struct {
    uint32_t references[PAGES];
    uint32_t pages_out;
    uint64_t taken, given_back;
} ledger;

/* Counters: written by this thread, read by any. */
enum counter {
    BYTES,
    COPIED_BYTES,
    FRAGMENTS,
    BUFFERS,
    REFILLS,
    HELD_BUFFERS,
    HELD_BYTES,
    HELD_FRAGMENTS,
    HELD_PAGES,
    OFF_LOOP_RETURNS,
    COUNTERS
};
static _Atomic uint64_t counters[COUNTERS];

/* ZcrxByteBuf. */
struct buffer {
    atomic_uint references;
    unsigned char *address;
    uint64_t token;
    uint32_t offset, length, reader, writer;
};

/*
 * BufferPool, and what of ZeroCopyReceiver's is of a pass. The counts are kept apart: side by side gcc adds to them as to
 * one vector, whose load has to wait for the separate stores, and the loop takes half as long again.
 */
static struct {
    pthread_t owner;
    unsigned char *area;
    struct buffer *free[PAGES];
    uint32_t free_count;
    uint64_t received, received_this_pass, buffers;
    uint32_t held_buffers;
    uint64_t held_bytes;
    uint32_t held_tokens;
    _Atomic(struct buffer *) returned_elsewhere;
} loop;

/* BufferPool.AreaUse. */
static uint32_t area_buffers;

static inline void set(enum counter counter, uint64_t value) {
    atomic_store_explicit(&counters[counter], value, memory_order_relaxed);
}

static inline void give_back(uint64_t token) {
    returned.tokens[returned.size++] = token;
}

/* RefillRing.put() */
static void refill(void) {
    struct shared_ring *shared = refill_ring.shared;
    pthread_mutex_lock(&refill_ring.lock);
    if (ENTRIES - (refill_ring.next_tail - refill_ring.seen_head) < returned.size) {
        refill_ring.seen_head = atomic_load_explicit(&shared->head, memory_order_acquire);
        if (ENTRIES - (refill_ring.next_tail - refill_ring.seen_head) < returned.size) {
            die("the refill ring is full");
        }
    }
    for (uint32_t i = 0; i < returned.size; i++) {
        shared->entries[refill_ring.next_tail++ % ENTRIES].token = returned.tokens[i];
    }
    returned.size = 0;
    atomic_store_explicit(&shared->tail, refill_ring.next_tail, memory_order_release);
    atomic_store(&refill_ring.overflowing, 0);
    pthread_mutex_unlock(&refill_ring.lock);
}

/* UnregisteredQueue.takePages(): the kernel's part. */
static inline void take_pages(void) {
    struct shared_ring *shared = refill_ring.shared;
    uint32_t tail = atomic_load_explicit(&shared->tail, memory_order_acquire);
    atomic_store_explicit(&shared->head, tail, memory_order_release);
}

/* ZeroCopyReceiver.take(); not inlined, as it is not in Java. */
static __attribute__((noinline)) struct buffer *take(const struct event *event) {
    uint64_t token = *event->extra;
    uint32_t length = (uint32_t)event->result;
    uint32_t offset = (uint32_t)(token & ((UINT64_C(1) << AREA_SHIFT) - 1));
    loop.received_this_pass += length;
    if (ledger.pages_out >= PAGES / 4 * 3 || offset + length > PAGES * PAGE) {
        die("no page is held, and all are in the area");
    }
    if (ledger.references[offset >> PAGE_SHIFT]++ == 0) {
        ledger.pages_out++;
    }
    ledger.taken++;
    loop.buffers++;
    struct buffer *buffer = loop.free[--loop.free_count];
    loop.free[loop.free_count] = NULL;
    area_buffers++;
    loop.held_buffers++;
    loop.held_tokens++;
    loop.held_bytes += length;
    buffer->offset = offset;
    buffer->address = loop.area + offset;
    buffer->length = length;
    buffer->token = token;
    atomic_store_explicit(&buffer->references, 1, memory_order_release);
    buffer->reader = 0;
    buffer->writer = length;
    return buffer;
}

/* ByteBuf.release(), of which Netty has the compare-and-swap, and all that follows from it. */
static inline void release(struct buffer *buffer) {
    uint32_t references = atomic_load_explicit(&buffer->references, memory_order_relaxed);
    while (!atomic_compare_exchange_weak(&buffer->references, &references, references - 1)) {
    }
    if (references != 1) {
        return;
    }
    if (!pthread_equal(pthread_self(), loop.owner)) {
        die("nothing is released elsewhere");
    }
    area_buffers--;
    loop.held_buffers--;
    loop.held_tokens--;
    loop.held_bytes -= buffer->length;
    uint32_t *page = &ledger.references[(uint32_t)buffer->token >> PAGE_SHIFT];
    if (*page == 0) {
        die("a page was returned twice");
    }
    if (--*page == 0) {
        ledger.pages_out--;
    }
    ledger.given_back++;
    give_back(buffer->token);
    loop.free[loop.free_count++] = buffer;
}

/* ZeroCopyReceiver.endPass() */
static void end_pass(void) {
    if (atomic_load_explicit(&loop.returned_elsewhere, memory_order_acquire)) {
        die("nothing is released elsewhere");
    }
    refill();
    loop.received += loop.received_this_pass;
    loop.received_this_pass = 0;
    set(BYTES, loop.received);
    set(COPIED_BYTES, 0);
    set(FRAGMENTS, ledger.taken);
    set(BUFFERS, loop.buffers);
    set(REFILLS, ledger.given_back);
    set(HELD_BUFFERS, loop.held_buffers);
    set(HELD_BYTES, loop.held_bytes);
    set(HELD_FRAGMENTS, ledger.taken - ledger.given_back);
    set(HELD_PAGES, ledger.pages_out);
    set(OFF_LOOP_RETURNS, 0);
}

static void report(const char *what, uint64_t start) {
    printf("%s=%.3f\n", what, (double)(now_ns() - start) / ((double)PASSES * BATCH));
}

/* RefillBenchmark. */
static void measure_refill(void) {
    static struct shared_ring shared;
    refill_ring.shared = &shared;
    for (int i = 0; i < ENTRIES; i++) {
        /* The kernel only reads: RefillRing writes these once, too. */
        shared.entries[i] = (struct refill_entry){.length = PAGE};
    }
    uint64_t start = now_ns();
    for (uint64_t pass = 0; pass < PASSES; pass++) {
        for (uint64_t i = 0; i < BATCH; i++) {
            give_back(i * PAGE);
        }
        refill();
        take_pages();
    }
    report("refill_ns", start);
}

/* Makes the loop's memory, and the completions that it reads over and over. */
static struct completion *make_loop(void) {
    struct completion *completions = allocate(PAGES, sizeof *completions);
    struct buffer *buffers = allocate(PAGES, sizeof *buffers);
    loop.owner = pthread_self();
    loop.area = allocate(PAGES, PAGE);
    loop.free_count = PAGES;
    for (uint64_t i = 0; i < PAGES; i++) {
        completions[i] = (struct completion){.result = PAGE, .flags = 1u << 15, .token = i * PAGE};
        loop.free[i] = &buffers[i];
    }
    return completions;
}

/* ReceiveCycleBenchmark. */
static void measure_cycle(void) {
    const struct completion *completions = make_loop();
    struct event event;
    uint32_t head = 0;
    volatile uint64_t sum;
    uint64_t start = now_ns();
    for (uint64_t pass = 0; pass < PASSES; pass++) {
        uint64_t lengths = 0;
        for (int i = 0; i < BATCH; i++) {
            const struct completion *completion = &completions[head++ % PAGES];
            event.user_data = completion->user_data;
            event.result = completion->result;
            event.flags = completion->flags;
            event.operation = 0;
            event.extra = &completion->token;
            struct buffer *buffer = take(&event);
            /* The application: it sees the buffer, and releases it. */
            lengths += buffer->writer - buffer->reader;
            release(buffer);
        }
        end_pass();
        take_pages();
        sum = lengths;
    }
    report("cycle_ns", start);
    (void)sum;
}

void receive_cycle(void) {
    measure_refill();
    measure_cycle();
}
