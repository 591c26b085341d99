// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

/** How a loop's connections receive. */
public enum ZcrxMode {
    /** The best mode that works, chosen when the loop is created; never fails where {@link #COPY} works. */
    AUTO,
    /** A NIC queue is bound to the loop and writes received bytes straight into its area. */
    ZERO_COPY,
    /** The kernel copies received bytes into the loop's area. Any NIC, no privilege, kernel 6.1 or later. */
    COPY,
    /** The zero-copy interface of the kernel without a NIC behind it, kernel 7.1 or later; for tests. */
    KERNEL_COPY
}
