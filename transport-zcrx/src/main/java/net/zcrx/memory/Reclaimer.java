package net.zcrx.memory;

/**
 * Takes back what one completion handed out. A {@link BufferPool} calls it on the thread that owns the pool, exactly
 * once a token, and never after {@link BufferPool#close()}.
 */
@FunctionalInterface
public interface Reclaimer {
    /** {@code token} is what {@link BufferPool#get} or {@link BufferPool#extend} was given. Must not throw. */
    void reclaim(long token);
}
