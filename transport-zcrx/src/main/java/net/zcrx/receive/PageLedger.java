// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import java.util.Arrays;

/**
 * How often each page of a queue's areas is out of the kernel's hands. Several packets can share a page, and each has a
 * completion of its own. The kernel does not report a page that is returned too often or never; only this ledger can.
 */
final class PageLedger {
    private static final int AREA_SHIFT = 48;
    private static final long OFFSET_MASK = (1L << AREA_SHIFT) - 1;

    private final int pageShift;
    private int[][] references = {};
    private int pagesOut;
    private long taken;
    private long givenBack;

    /** @param pageBytes length of a receive buffer, a power of two */
    PageLedger(int pageBytes) {
        pageShift = Integer.numberOfTrailingZeros(pageBytes);
    }

    /** Adds an area; its id is the number of areas before it. */
    void addArea(int bytes) {
        references = Arrays.copyOf(references, references.length + 1);
        references[references.length - 1] = new int[bytes >>> pageShift];
    }

    static int area(long token) {
        return (int) (token >>> AREA_SHIFT);
    }

    static int offset(long token) {
        return (int) (token & OFFSET_MASK);
    }

    /** Called when a completion names this page. */
    void take(long token) {
        if (references[area(token)][offset(token) >>> pageShift]++ == 0) {
            pagesOut++;
        }
        taken++;
    }

    /** @throws IllegalStateException if this page is not out: it would be in the kernel twice */
    void giveBack(long token) {
        int[] area = references[area(token)];
        int page = offset(token) >>> pageShift;
        if (area[page] == 0) {
            throw new IllegalStateException("Page " + page + " of area " + area(token)
                    + " was returned more often than it was received; this is a fault of the transport, please report"
                    + " it.");
        }
        if (--area[page] == 0) {
            pagesOut--;
        }
        givenBack++;
    }

    /** Returns how many pages are out at least once. */
    int pagesOut() {
        return pagesOut;
    }

    /** Returns how many completions have a page that has not been returned. */
    int fragmentsOut() {
        return (int) (taken - givenBack);
    }

    /** Returns how many completions there were. */
    long taken() {
        return taken;
    }

    /** Returns how many completions have a page that has been returned. */
    long givenBack() {
        return givenBack;
    }
}
