// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

/** Whether a NIC puts headers and payload into different buffers ({@code tcp-data-split}). */
public enum HeaderSplit {
    /** The NIC splits, as zero-copy receive needs it. */
    ON,
    /** The NIC could split, but the setting is off. */
    OFF,
    /** The driver decides whether the NIC splits, which is not enough for zero-copy receive. */
    AUTO,
    /** The driver cannot split, or does not say. */
    UNSUPPORTED
}
