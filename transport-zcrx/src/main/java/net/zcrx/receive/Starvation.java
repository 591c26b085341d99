// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

/**
 * What is known of a queue's NIC that finds no free page, and what follows for the sockets that are read by the queue:
 * together they may not hold all of its pages. Any thread.
 *
 * <p>Data that came out of order stays in a socket, on pages of the area, until what is missing has come; and that needs
 * a free page. So from the first time on that the NIC finds none, each socket's receive buffer is bounded to its share,
 * until the NIC has found pages for a while. A kernel that does not tell that the NIC finds none has its sockets bounded
 * from the beginning. Where even the least share of all is too much, the sockets may hold every page and wait for each
 * other: that is so if the NIC has told of it several times and no page has moved in between.
 */
final class Starvation {
    /** Nobody is bounded. */
    static final int UNBOUNDED = 0;

    /** The NIC is asked so often whether it finds pages now. */
    static final long PERIOD_NANOS = 1_000_000_000;
    /** So often in sequence it must have found none, and no page have moved, for sockets to be waiting for each other. */
    private static final int STALLS_OF_A_TIE = 3;
    /** After this time without starvation bounds are lifted. */
    private static final long CALM_NANOS = 60 * PERIOD_NANOS;
    /** As SO_RCVBUF takes it, of which the kernel makes the double; two segments, or the connection crawls. */
    private static final int LEAST_BOUND = 8 * 1024;

    private long bytes;
    private int sockets;
    /** The number of sockets that the bound was made for, a power of two. */
    private int boundFor = 1;

    private boolean told;
    private volatile int bound = UNBOUNDED;
    private volatile boolean starved;
    private volatile int stalls;
    private volatile long since;

    /**
     * @param bytes that the areas have together
     * @param told whether the kernel tells when the NIC finds no page
     */
    Starvation(long bytes, boolean told) {
        this.bytes = bytes;
        this.told = told;
        adjust();
    }

    /** The areas have become more. */
    synchronized void resize(long newBytes) {
        bytes = newBytes;
        adjust();
    }

    /** The kernel tells no more. */
    synchronized void untold() {
        told = false;
        adjust();
    }

    /** A socket is read by the queue from now on. */
    synchronized void enter() {
        if (++sockets > boundFor) {
            boundFor *= 2;
            adjust();
        }
    }

    /** It is not. */
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

    /** Data came, pages came back, or a socket was ended: whoever waited may go on. */
    void move() {
        if (stalls > 0) {
            stalls = 0;
        }
    }

    /** Pages are on their way to the NIC. True for the one caller that is to let the kernel tell the next time. */
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

    /** Whether a tie may be near, so that it is of interest who holds most. */
    boolean isStalling() {
        return stalls >= STALLS_OF_A_TIE - 1;
    }

    /** When the kernel told of it last, or was asked to, of {@code System.nanoTime}. */
    long since() {
        return since;
    }

    /** The kernel is asked to tell once more, if it is so still. */
    void ask(long now) {
        since = now;
    }

    /** What each socket's SO_RCVBUF may be; {@link #UNBOUNDED} if anything. */
    int bound() {
        return bound;
    }

    /** Lifts the bounds if there was no starvation for long. */
    void liftIfCalm(long now) {
        if (bound != UNBOUNDED && !starved && now - since > CALM_NANOS) {
            synchronized (this) {
                if (told) {
                    bound = UNBOUNDED;
                }
            }
        }
    }

    private void adjust() {
        if (!told || bound != UNBOUNDED) {
            bound = share();
        }
    }

    /** Half of the pages are for the NIC's ring, and for what the application holds. */
    private int share() {
        return (int) Math.max(LEAST_BOUND, bytes / 2 / 2 / boundFor);
    }
}
