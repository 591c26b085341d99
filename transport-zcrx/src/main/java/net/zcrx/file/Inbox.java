// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.channel.IoEventLoop;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;

/**
 * The messages of other threads for a loop. A message is not a task of the loop, because a loop drops a task that it
 * takes in the moment in which it ends. Here the last to come, the thread or the loop, sees all messages.
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

    /** Called on the loop's thread with the next message. */
    abstract void taken(T message);

    /** Called on any thread if the loop has ended. */
    abstract void ended(T message);

    /** Called on the thread that has put the message, if the loop has too many tasks. */
    abstract void refused(T message);

    /** Puts a message; may be called on any thread. */
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
