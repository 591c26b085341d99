// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.channel.IoEventLoop;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;

/**
 * What other threads have for a loop. It is not a task of the loop itself, because that drops a task that it takes in the
 * moment in which it ends: here whoever comes last, the thread or the loop, sees all of it.
 */
abstract class Inbox<T> {
    private final IoEventLoop eventLoop;
    private final Queue<T> waiting = new ConcurrentLinkedQueue<>();
    private final Runnable takeOne = () -> {
        T next = waiting.poll();
        if (next != null) {
            taken(next);
        }
    };
    private volatile boolean ended;

    Inbox(IoEventLoop eventLoop) {
        this.eventLoop = eventLoop;
    }

    /** On the loop's thread. */
    abstract void taken(T message);

    /** On any thread: the loop has ended. */
    abstract void ended(T message);

    /** On the thread that has put it: the loop has too many tasks. */
    abstract void refused(T message);

    /** From any thread. */
    final void put(T message) {
        waiting.add(message);
        try {
            eventLoop.execute(takeOne);
        } catch (RejectedExecutionException e) {
            // A loop that ends has yet to look here.
            if (!eventLoop.isShuttingDown() && waiting.remove(message)) {
                refused(message);
            }
        }
        // Read after the message was added, as it is set before they are taken.
        if (ended) {
            endAll();
        }
    }

    /** The loop takes no more; on any thread, and more than once. */
    final void end() {
        ended = true;
        endAll();
    }

    private void endAll() {
        T next;
        while ((next = waiting.poll()) != null) {
            ended(next);
        }
    }
}
