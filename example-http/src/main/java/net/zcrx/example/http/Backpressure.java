// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Lets a client send as fast as its request's body is consumed, with a bounded number of bytes in between. */
abstract class Backpressure {
    private final EventExecutor loop;
    private final LongAdder heldBodyBuffers;
    /**
     * Bytes that are released and not yet credited. The thread that moves it away from zero makes the loop credit it.
     */
    private final AtomicInteger released = new AtomicInteger();

    private long moved;
    private Runnable onResumed;

    Backpressure(EventExecutor loop, LongAdder heldBodyBuffers) {
        this.loop = loop;
        this.heldBodyBuffers = heldBodyBuffers;
    }

    /**
     * Sets the action for the time after reading went on and data that had been read before was handed over; on the
     * event loop.
     */
    final void onResumed(Runnable action) {
        onResumed = action;
    }

    final void resumed() {
        onResumed.run();
    }

    /** A piece of the body was handed to the application; on the event loop. */
    final void received(int bytes) {
        heldBodyBuffers.increment();
        moved += bytes;
        onReceived(bytes);
    }

    /** A piece of the body was released; on any thread, once for each {@link #received}. */
    final void released(int bytes) {
        heldBodyBuffers.decrement();
        if (released.getAndAdd(bytes) != 0) {
            return;
        }
        if (loop.inEventLoop()) {
            credit();
        } else {
            loop.execute(this::credit);
        }
    }

    /** Releases a piece that nobody wants. */
    final void discard(ByteBuf piece) {
        int bytes = piece.readableBytes();
        piece.release();
        released(bytes);
    }

    private void credit() {
        int bytes = released.getAndSet(0);
        moved += bytes;
        onReleased(bytes);
    }

    /** Bytes received plus bytes released so far: as long as it grows, the body makes progress; on the event loop. */
    final long moved() {
        return moved;
    }

    abstract void onReceived(int bytes);

    abstract void onReleased(int bytes);

    /** Whether the request was read to its end and the next one has to wait for the response. */
    abstract void awaitResponse(boolean waiting);

    /** Called when the client's connection becomes writable, or not writable. */
    abstract void writable(boolean writable);
}
