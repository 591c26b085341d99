// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

/**
 * Whether the NIC of a queue finds free pages, and the bounds that follow for the sockets which are read from the
 * queue: together they may not hold all of its pages. Any thread.
 *
 * <p>Data that arrived out of order stays in a socket, on pages of the area, until the missing data arrives; and that
 * needs a free page. So from the first time that the NIC finds none, the receive buffer of each socket is bounded to
 * its share, until the NIC has found pages for a while. If the kernel does not report that, sockets are bounded from
 * the beginning. Where even the least share of all sockets is too much, they may hold every page and wait for each
 * other. That is so if the NIC has found no page several times, and no page has moved in between.
 */
final class Starvation {
    /** The bound that stands for none. */
    static final int UNBOUNDED = 0;

    /** How often the NIC is asked whether it finds pages now. */
    static final long PERIOD_NANOS = 1_000_000_000;
    /**
     * How often in a row the NIC must have found no page, with no page moved, to say that sockets wait for each other.
     */
    private static final int STALLS_OF_A_TIE = 3;
    /** The time without starvation after which bounds are lifted. */
    private static final long CALM_NANOS = 60 * PERIOD_NANOS;
    /** The least bound, as SO_RCVBUF takes it, which the kernel doubles: two segments, or the connection crawls. */
    private static final int LEAST_BOUND = 8 * 1024;

    private long bytes;
    private int sockets;
    /** The number of sockets that the bound was made for, a power of two. */
    private int boundFor = 1;

    private boolean reported;
    private volatile int bound = UNBOUNDED;
    private volatile boolean starved;
    private volatile int stalls;
    private volatile long since;

    /**
     * @param bytes that the areas have together
     * @param reported whether the kernel reports when the NIC finds no page
     */
    Starvation(long bytes, boolean reported) {
        this.bytes = bytes;
        this.reported = reported;
        adjust();
    }

    /** Called when there are more areas. */
    synchronized void resize(long newBytes) {
        bytes = newBytes;
        adjust();
    }

    /** Called when the kernel does not report any more. */
    synchronized void stopReports() {
        reported = false;
        adjust();
    }

    /** Adds a socket that is read from the queue from now on. */
    synchronized void enter() {
        if (++sockets > boundFor) {
            boundFor *= 2;
            adjust();
        }
    }

    /** A socket is not read from the queue any more. */
    synchronized void leave() {
        if (--sockets < boundFor / 4) {
            boundFor /= 2;
            adjust();
        }
    }

    /**
     * The NIC found no free page.
     *
     * @param now of {@code System.nanoTime}
     * @return whether sockets wait for each other
     */
    synchronized boolean begin(long now) {
        since = now;
        starved = true;
        if (bound == UNBOUNDED) {
            bound = share();
        }
        return ++stalls >= STALLS_OF_A_TIE;
    }

    /** Data arrived, pages came back, or a socket was ended: those that waited may go on. */
    void move() {
        if (stalls > 0) {
            stalls = 0;
        }
    }

    /**
     * Pages are on their way to the NIC. Returns true to one caller only, which must ask the kernel to report the next
     * time.
     */
    boolean end() {
        if (!starved) {
            return false;
        }
        synchronized (this) {
            boolean was = starved;
            starved = false;
            stalls = 0;
            return was;
        }
    }

    boolean isStarved() {
        return starved;
    }

    /** Returns whether a tie may be near, so that the largest holder must be known. */
    boolean isStalling() {
        return stalls >= STALLS_OF_A_TIE - 1;
    }

    /** Returns when the kernel last reported it, or was asked to, as {@code System.nanoTime} counts. */
    long since() {
        return since;
    }

    /** The kernel is asked to report again, if it is still so. */
    void ask(long now) {
        since = now;
    }

    /** Returns the most that SO_RCVBUF of each socket may be, or {@link #UNBOUNDED}. */
    int bound() {
        return bound;
    }

    /** Lifts the bounds if there was no starvation for long. */
    void liftIfCalm(long now) {
        if (bound != UNBOUNDED && !starved && now - since > CALM_NANOS) {
            synchronized (this) {
                if (reported) {
                    bound = UNBOUNDED;
                }
            }
        }
    }

    private void adjust() {
        if (!reported || bound != UNBOUNDED) {
            bound = share();
        }
    }

    /**
     * Returns the share of a socket. Half of the pages are for the NIC's ring, and for the buffers that the application
     * holds.
     */
    private int share() {
        return (int) Math.max(LEAST_BOUND, bytes / 2 / 2 / boundFor);
    }
}
