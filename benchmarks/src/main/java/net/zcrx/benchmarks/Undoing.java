// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Changes of the machine that are undone at the end, the last one first: also when a signal ends the process. One
 * thread makes changes; the one that ends the process may undo them meanwhile.
 */
public final class Undoing implements AutoCloseable {
    private static final long CHILDREN_NANOSECONDS = TimeUnit.SECONDS.toNanos(10);
    private static final long POLL_NANOSECONDS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Deque<Change> changes = new ArrayDeque<>();
    private final Consumer<String> complaints;
    private final Thread hook = new Thread(this::endProcess);
    private boolean ended;

    /** @param complaints told a sentence for each change that could not be undone */
    public Undoing(Consumer<String> complaints) {
        this.complaints = complaints;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** A step that may fail, with a sentence. */
    public interface Step {
        void run() throws IOException;
    }

    private record Change(String what, Step undo) {}

    /**
     * Makes a change, unless the process ends.
     *
     * @param what as in "... could not be put back"
     */
    public synchronized void change(String what, Step change, Step undo) throws IOException {
        requireNotEnded();
        change.run();
        changes.push(new Change(what, undo));
    }

    /** Requires that changes are not being undone: nothing new is begun meanwhile. */
    public synchronized void requireNotEnded() throws IOException {
        if (ended) {
            throw new IOException("The process was told to end.");
        }
    }

    private void endProcess() {
        synchronized (this) {
            ended = true;
        }
        // A server holds its queue, and with a queue in use a NIC cannot be changed.
        long deadline = System.nanoTime() + CHILDREN_NANOSECONDS;
        while (ProcessHandle.current().children().findAny().isPresent() && System.nanoTime() < deadline) {
            ProcessHandle.current().children().forEach(ProcessHandle::destroy);
            LockSupport.parkNanos(POLL_NANOSECONDS);
        }
        undo();
    }

    private synchronized void undo() {
        ended = true;
        while (!changes.isEmpty()) {
            Change change = changes.pop();
            try {
                change.undo.run();
            } catch (IOException e) {
                complaints.accept(change.what + " could not be put back: " + e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        undo();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It is running, and found nothing to do.
            return;
        }
    }
}
