package net.zcrx.receive;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoOps;

/**
 * How a loop's TCP channels receive: by copy or by zero copy. One for a loop, used on the loop's thread only.
 */
public interface Receiver {
    /** A channel whose receive ended for want of memory. */
    interface Waiter {
        /** There is memory again: arm the receive anew. */
        void resume();
    }

    /** On the loop's thread, before anything else. */
    void start(Thread loop);

    /**
     * The submission that arms a receive.
     *
     * @param limit bytes after which it ends by itself, with a result of 0 or with the last data, and maybe before;
     *     0 keeps it armed until it is cancelled
     * @param bulk whether to receive in larger pieces, as much comes at once; only where {@link #hasBulk}, without limit
     */
    IoUringIoOps arm(int fd, int limit, boolean bulk);

    /** Whether a receive may be armed in bulk. */
    default boolean hasBulk() {
        return false;
    }

    /** The kernel refused a receive in bulk: there are none from now on. */
    default void endBulk() {}

    /**
     * Begins with a completion that carries data.
     *
     * @return how many buffers the data is in: {@link #take} is to be called so often
     */
    default int begin(IoUringIoEvent event) {
        return 1;
    }

    /**
     * Makes a buffer of a completion that carries data, or of its next part.
     *
     * @param last the buffer that the same channel's data before this gave, not handed to the user yet; or
     *     {@code null}
     * @return {@code last} if it could take the data in, else another buffer; the caller owns it
     */
    ByteBuf take(IoUringIoEvent event, ByteBuf last, ByteBufAllocator alloc);

    /**
     * Puts together what a channel received in one pass but lies in two places, if it is short: the end of a chunk cuts
     * messages in two, and the kernel may turn to another connection in between. Many a handler takes what was sent at
     * once to arrive at once, and a read of the socket would have brought both.
     *
     * @param first of a channel's bytes; released if the answer is another buffer
     * @param second the bytes after them; released if the answer is another buffer
     * @return a buffer of both, or {@code null} if they stay two
     */
    default ByteBuf join(ByteBuf first, ByteBuf second, ByteBufAllocator alloc) {
        return null;
    }

    /**
     * Whether {@code result} ends a receive without limit because memory ran out: one with data may have taken the last
     * of it. The caller waits with {@link #await}.
     */
    boolean isExhausted(int result);

    /** Resumes {@code waiter} once, as soon as there is memory again and it is its turn. */
    void await(Waiter waiter, Turn turn);

    /** Resumes all that wait, for what it is worth: pages may have come free inside the kernel, which tells nobody. */
    void retry();

    /** Whether {@code result} ends a receive that may be armed again at once. */
    boolean isTransient(int result);

    /** Whether received buffers lie on pages that a NIC wrote: worth sending on without a copy. */
    boolean isZeroCopy();

    /** Whether data is being copied out to the channels' allocators because the application holds too many pages. */
    boolean isCopyingOut();

    Counters counters();

    /**
     * Once a loop pass, before the loop may sleep: takes back what was released, gives it to the kernel.
     *
     * @return whether it has left something for the next pass, so that the loop may not sleep before
     */
    boolean endPass();

    /** Gives up the memory, when the ring is closed; buffers that the application still holds stay valid. */
    void close();
}
