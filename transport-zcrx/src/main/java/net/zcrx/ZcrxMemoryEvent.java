// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

/**
 * User events that a connection's pipeline sees when the application holds so many received buffers that the loop's
 * area runs short. Fired on the loop's thread with the first data after the change.
 */
public enum ZcrxMemoryEvent {
    /**
     * Received data is copied out to the channel's allocator from now on, so that pages return to the kernel at once.
     */
    COPYING_OUT,
    /** The application has released enough: data arrives in the area's own pages again. */
    RECOVERED
}
