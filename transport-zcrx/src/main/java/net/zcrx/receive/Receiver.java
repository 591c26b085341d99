// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.unix.Socket;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoOps;
import java.io.IOException;

/**
 * How a loop's TCP channels receive: by copy or by zero copy. Each serves one loop and, with zero copy, one queue; a
 * loop that follows connections to other queues has one more for each. Used on the loop's thread only.
 */
public interface Receiver {
    /** A sleep of the loop without a limit. */
    long FOR_EVER = Long.MAX_VALUE;

    /** A channel whose receive ended because memory ran out. */
    interface Waiter {
        /** Called when there is memory again: arms the receive. */
        void resume();
    }

    /** The data that a channel has received in this pass, to which more is added. The channel owns its buffers. */
    interface Inbound {
        /** The buffer with the bytes before; {@code null} if there is none, or bytes were lost since. */
        ByteBuf last();

        /** Whether {@link #last}, which is there, may become {@code bytes} longer. */
        boolean mayGrow(int bytes);

        /** Adds the next bytes. */
        void add(ByteBuf buffer);

        /** A buffer in the place of {@link #last}, which was released. */
        void replaceLast(ByteBuf buffer);

        /** The next bytes are lost, so that those behind them are worth nothing. */
        void fail(Throwable cause);
    }

    /** A connection. Data that it has not read yet lies in the receiver's memory, if a NIC writes there. */
    interface Tenant {
        /** Returns the connection's socket, which is open. */
        Socket socket();

        /** Returns whether a receive is armed, so that all data that can be read has been. */
        boolean isReceiving();

        /** Ends the connection at once, so that its memory comes free, and fires {@code cause} for the user. */
        void end(IOException cause);
    }

    /** Begins. Called on the loop's thread, before anything else. */
    void start(Thread loop);

    /** A connection uses this receiver from now on. A second call for it does nothing. */
    default void enter(Tenant tenant) {}

    /** A connection does not use this receiver any more. A second call for it does nothing. */
    default void leave(Tenant tenant) {}

    /**
     * Returns the submission that arms a receive.
     *
     * @param limit bytes after which it ends by itself, with a result of 0 or with the last data, and maybe before; 0
     *     keeps it armed until it is cancelled
     * @param bulk whether to receive in larger pieces, as much comes at once; only where {@link #hasBulk}, without
     *     limit
     */
    IoUringIoOps arm(int fd, int limit, boolean bulk);

    /** Returns whether a receive may be armed in bulk. */
    default boolean hasBulk() {
        return false;
    }

    /** The kernel has refused a receive in bulk: there are none from now on. */
    default void endBulk() {}

    /**
     * Takes in a completion that carries data: adds it to {@code inbound}, in one buffer or in several. All of its
     * memory is accounted for, whatever becomes of the data, and no exception leaves this.
     *
     * <p>Data is added to the last buffer if it lies behind it. Two pieces that a channel received in one pass, but
     * that lie in two places, are joined if they are short: the end of a chunk cuts messages in two, and the kernel may
     * turn to another connection in between. Many handlers expect a message that was sent in one write to arrive in one
     * read, as with recv(2).
     *
     * @param alloc the channel's allocator, to whose buffers data is copied out; its exception fails {@code inbound}
     */
    void receive(IoUringIoEvent event, Inbound inbound, ByteBufAllocator alloc);

    /**
     * Returns whether {@code result} ends a receive without limit because memory ran out. A result with data may have
     * taken the last of it. The caller waits with {@link #await}.
     */
    boolean isExhausted(int result);

    /**
     * Resumes {@code waiter} once, as soon as there is memory again and it is its turn.
     *
     * @param limit the limit of its receive, as for {@link #arm}
     */
    void await(Waiter waiter, WaitTurn turn, int limit);

    /**
     * A connection of the loop is about to send much in one go. That takes time of the kernel, and of handlers that
     * listen to the write or make a region's bytes; none of it is for received data.
     *
     * @return a moment, for {@link #endSend}
     */
    default long beginSend() {
        return 0;
    }

    /** The send that began then is over. It may have held others. */
    default void endSend(long began) {}

    /** Returns whether {@code result} ends a receive that may be armed again at once. */
    default boolean isTransient(int result) {
        return false;
    }

    /** Returns whether received buffers lie on pages that a NIC wrote, and are worth sending on without a copy. */
    boolean isZeroCopy();

    /** Returns whether data is copied out to the channels' allocators, because the application holds too many pages. */
    boolean isCopyingOut();

    Counters counters();

    /**
     * Called before the loop looks for completions, and may sleep. Gives the kernel the memory that the loop's thread
     * has released since the end of the last pass, in tasks and the like.
     *
     * @return how long the loop may sleep at most, in nanoseconds; 0 if it may not, {@link #FOR_EVER} without a bound
     */
    long beginPass();

    /**
     * Called at the end of a loop pass. Takes released memory back, and gives it to the kernel.
     *
     * @return whether it has left something for the next pass, so that the loop may not sleep before
     */
    boolean endPass();

    /** Gives up the memory. Called when the ring is closed. Buffers that the application still holds stay valid. */
    void close();
}
