// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

/** Whether a NIC puts headers and payload into different buffers ({@code tcp-data-split}). */
public enum HeaderSplit {
    /** It does, as zero-copy receive needs it. */
    ON,
    /** It could, but does not. */
    OFF,
    /** The driver decides: not enough for zero-copy receive. */
    AUTO,
    /** The driver cannot, or does not say. */
    UNSUPPORTED
}
