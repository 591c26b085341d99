// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

/** Which processors the server and the load generator run on. */
enum Placement {
    /** Each on its own, as the options of the command say. */
    PINNED,
    /** Both on all that there are, as the kernel's scheduler likes, with an event loop per processor. */
    FREE
}
