// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import net.zcrx.receive.Counters;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.Native;

/**
 * Lets the data of long flows gather for a moment, as a NIC's interrupt coalescing does. A loop that is faster than its
 * sender sleeps after every few packets, and is woken for the next one while it falls asleep: then sleep and wakeup,
 * which cost the sender as well, take more time than the data.
 *
 * <p>It is done only while the loop's connections receive much and send nothing: a peer that waits for an answer does
 * not wait longer. The wait ends early when all connections of the last pass have data again, and one more, or a thread
 * that wakes the loop. And where it makes the flow slower, as with a receive buffer that is full before the time is
 * over, it is left.
 */
final class Coalescing {
    /** The least bytes of a pass after which a wait is of use. After fewer, a message has ended. */
    private static final int MIN_PASS_BYTES = 4096;
    /**
     * The most connections with which the loop waits. More receive enough without waits, and all at once may be more
     * than there is memory for.
     */
    private static final int MOST_CONNECTIONS = 8;
    /** The receive rate is measured over windows of this many bytes. */
    private static final int WINDOW_BYTES = 1024 * 1024;
    /** A window that took less time has a high rate: 2 Gbit/s, at which a wait of 50 µs gathers more than 12 KiB. */
    private static final long WINDOW_NANOS = 4_000_000;
    /** A wait: short enough for a socket's buffer to take in what arrives, at 100 Gbit/s half a megabyte. */
    private static final long WAIT_NANOS = 50_000;
    /** One window in so many is a trial of the other way, with waits or without. */
    private static final int WINDOWS_PER_TRIAL = 32;
    /** How much longer a byte may take with waits, as they save processor time. */
    private static final double TOLERANCE = 1.05;
    /** Weight of a new rate in the mean. */
    private static final double WEIGHT = 0.25;

    private final int ring;
    private final Counters counters;

    /** Whether the loop waits in this window. */
    private boolean waiting;

    private int windows;
    private int windowBytes;
    /** Start of the window, by {@code System.nanoTime}; 0 if it has not begun. */
    private long windowStart;
    /** Mean time per byte in windows with waits, in nanoseconds; 0 if there were none. */
    private double withWaits;

    /** Mean time per byte in windows without waits, in nanoseconds; 0 if there were none. */
    private double without;

    /** Bytes of this pass. */
    private int bytes;

    /** Connections that received in this pass. */
    private int connections;

    private boolean submitted;
    private int sends;

    Coalescing(int ring, Counters counters) {
        this.ring = ring;
        this.counters = counters;
    }

    /** Called when a connection has received. */
    void received(int newBytes, boolean firstOfPass) {
        bytes += newBytes;
        connections += firstOfPass ? 1 : 0;
    }

    /** Connections that have received in this pass, or sends of it, whichever are more. */
    int connections() {
        return Math.max(connections, sends);
    }

    /** Something is to be submitted to the kernel, which only Netty's handler can do. */
    void submitted() {
        submitted = true;
    }

    /** Called when a connection sends. */
    void sent() {
        sends++;
    }

    /** Waits before the loop looks for completions, if that is worth it. */
    void await(PassContext context) {
        if (sends > 0) {
            beginWindow(0);
        }
        windowBytes += bytes;
        if (windowBytes >= WINDOW_BYTES) {
            endWindow(System.nanoTime());
        }
        if (waiting && isWorthAWait() && context.canBlock() && isTimeToWait(context)) {
            counters.add(Counter.COALESCINGS, 1);
            // One more than the connections of the last pass: another one, or a thread that wakes the loop. The result
            // does not matter, as the loop looks next whatever woke it.
            Native.await(ring, connections + 1, WAIT_NANOS);
        }
        bytes = 0;
        connections = 0;
        submitted = false;
        sends = 0;
    }

    private boolean isWorthAWait() {
        return bytes >= MIN_PASS_BYTES && connections <= MOST_CONNECTIONS && !submitted;
    }

    private void beginWindow(long now) {
        waiting = false;
        windowStart = now;
        windowBytes = 0;
    }

    private void endWindow(long now) {
        boolean high = isHigh(now);
        double took = (double) (now - windowStart) / windowBytes;
        boolean waited = waiting;
        beginWindow(now);
        if (!high) {
            return;
        }
        if (waited) {
            withWaits = mean(withWaits, took);
        } else {
            without = mean(without, took);
        }
        boolean isWorthIt = withWaits <= without * TOLERANCE;
        boolean trial = ++windows % WINDOWS_PER_TRIAL == 0;
        waiting = isWorthIt != trial;
    }

    private boolean isHigh(long now) {
        return windowStart != 0 && now - windowStart < WINDOW_NANOS;
    }

    private static double mean(double before, double now) {
        return before == 0 ? now : before + (now - before) * WEIGHT;
    }

    private boolean isTimeToWait(PassContext context) {
        long now = System.nanoTime();
        if (!isHigh(now)) {
            beginWindow(0);
            return false;
        }
        return !context.hasTaskWithin(WAIT_NANOS, now);
    }
}
