// SPDX-License-Identifier: Apache-2.0
/*
 * checking_free.so, for LD_PRELOAD: a small block that is freed is filled and kept for a while; one that was written
 * meanwhile ends the process with a word on what was written where. glibc's own checks see such a write only if it hits
 * what malloc keeps between blocks, or a block that is in use again.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEPT = 1 << 15, LARGEST = 256, FILL = 0xdb };

extern void __libc_free(void *block);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    unsigned char *block;
    size_t size;
} kept[KEPT];
static unsigned next;

static void check(const unsigned char *block, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (block[i] != FILL) {
            char text[200];
            int length = snprintf(text, sizeof text,
                    "checking_free: a block of %zu bytes was written after it was freed: byte %zu is %d\n", size, i, block[i]);
            (void) !write(STDERR_FILENO, text, (size_t) length);
            abort();
        }
    }
}

__attribute__((visibility("default"))) void free(void *block)
{
    if (block == NULL) {
        return;
    }
    size_t size = malloc_usable_size(block);
    if (size > LARGEST) {
        __libc_free(block);
        return;
    }
    memset(block, FILL, size);
    pthread_mutex_lock(&lock);
    unsigned char *oldest = kept[next].block;
    size_t oldest_size = kept[next].size;
    kept[next].block = block;
    kept[next].size = size;
    next = (next + 1) % KEPT;
    pthread_mutex_unlock(&lock);
    if (oldest != NULL) {
        check(oldest, oldest_size);
        __libc_free(oldest);
    }
}

__attribute__((destructor)) static void check_all(void)
{
    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < KEPT; i++) {
        if (kept[i].block != NULL) {
            check(kept[i].block, kept[i].size);
        }
    }
    pthread_mutex_unlock(&lock);
}
