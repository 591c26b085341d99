// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

/**
 * Takes back what one completion handed out: exactly once a token, by one of the two methods.
 */
@FunctionalInterface
public interface Reclaimer {
    /**
     * On the thread that owns the pool, before {@link BufferPool#close()}.
     *
     * @param token what {@link BufferPool#get} or {@link BufferPool#extend} was given. Must not throw
     */
    void reclaim(long token);

    /** On any thread, one at a time, after or in {@link BufferPool#close()}. Must not throw. */
    default void reclaimLate(long token) {
        // Most often the kernel took the memory back when the ring was closed.
    }
}
