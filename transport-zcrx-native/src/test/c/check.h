// SPDX-License-Identifier: Apache-2.0
/* What the unit run consists of, and its only assertion. */
#ifndef ZCRX_CHECK_H
#define ZCRX_CHECK_H

/* Ends the run if the condition does not hold. */
#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)

void check(int holds, const char *what, const char *file, int line);

void test_name(void);
void test_memory(void);
void test_socket(void);
void test_kernel(void);

#endif
