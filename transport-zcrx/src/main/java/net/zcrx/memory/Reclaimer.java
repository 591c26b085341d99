// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

/**
 * Takes back what one completion handed out: exactly once a token, by one of the two methods.
 */
@FunctionalInterface
public interface Reclaimer {
    /**
     * Takes the memory of a completion back. Called on the thread that owns the pool, before
     * {@link BufferPool#close()}. Must not throw.
     *
     * @param token what {@link BufferPool#get} or {@link BufferPool#extend} was given
     */
    void reclaim(long token);

    /**
     * Takes the memory of a completion back that is released late. Called on any thread, one at a time, in
     * {@link BufferPool#close()} or after it. Must not throw.
     */
    default void reclaimLate(long token) {
        // Most often the kernel took the memory back when the ring was closed.
    }
}
