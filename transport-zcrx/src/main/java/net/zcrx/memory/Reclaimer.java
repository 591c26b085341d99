// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

/** Takes the memory of completions back: exactly once per token, by one of the two methods. */
@FunctionalInterface
public interface Reclaimer {
    /**
     * Takes the memory of a completion back. Called on the thread that owns the pool, before {@link
     * BufferPool#close()}. Must not throw.
     *
     * @param token the one that {@link BufferPool#get} or {@link BufferPool#extend} was given
     */
    void reclaim(long token);

    /**
     * Takes the memory of a completion back that is released late. Called on any thread, one at a time, in
     * {@link BufferPool#close()} or after it. Must not throw.
     */
    default void reclaimLate(long token) {
        // Usually the kernel took the memory back when the ring was closed.
    }
}
