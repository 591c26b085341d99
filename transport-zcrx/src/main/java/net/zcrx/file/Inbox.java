// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.channel.IoEventLoop;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import net.zcrx.uring.Errno;

/**
 * Requests of other threads on their way to the loop. They are not tasks of the loop themselves, because it drops a task
 * that it takes in the moment in which it ends: here whoever comes last, the thread or the loop, sees each of them.
 */
final class Inbox {
    private final IoEventLoop eventLoop;
    private final Queue<FileRequest<?>> requests = new ConcurrentLinkedQueue<>();
    private final Runnable takeOne;
    private volatile boolean ended;

    /** @param files is given the requests, on the loop's thread */
    Inbox(IoEventLoop eventLoop, LoopFiles files) {
        this.eventLoop = eventLoop;
        takeOne = () -> {
            FileRequest<?> request = requests.poll();
            if (request != null) {
                files.begin(request);
            }
        };
    }

    /** From any thread. */
    void put(FileRequest<?> request) {
        requests.add(request);
        try {
            eventLoop.execute(takeOne);
        } catch (RejectedExecutionException e) {
            // A loop that ends has yet to look here; any other has too many tasks.
            if (!eventLoop.isShuttingDown() && requests.remove(request)) {
                request.fail(request.failure(Errno.ECANCELED));
            }
        }
        // Read after the request was added, as it is set before they are taken.
        if (ended) {
            endAll();
        }
    }

    /** The loop takes no more requests; on any thread, and more than once. */
    void end() {
        ended = true;
        endAll();
    }

    private void endAll() {
        FileRequest<?> request;
        while ((request = requests.poll()) != null) {
            request.loopEnded();
        }
    }
}
