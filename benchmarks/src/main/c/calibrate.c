// SPDX-License-Identifier: Apache-2.0
/* What the processor can do now. */
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
