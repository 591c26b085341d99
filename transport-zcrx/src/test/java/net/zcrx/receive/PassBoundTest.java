// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Passes of handlers whose time the test sets. */
class PassBoundTest {
    private static final int MOST = 24;
    private static final int MANY_PASSES = 1000;

    private long now;
    private final PassBound bound = new PassBound(() -> now, MOST);

    /** Ends passes that fill {@code chunks} each, and returns how many the next one may fill. */
    private int passes(int passes, int chunks, int nanosPerChunk, int waiting) {
        int next = 0;
        for (int i = 0; i < passes; i++) {
            for (int chunk = 0; chunk < chunks; chunk++) {
                bound.filled();
                now += nanosPerChunk;
            }
            next = bound.endPass(waiting);
        }
        return next;
    }

    @Test
    void handlersThatParseGetFewChunks() {
        assertEquals(2, passes(MANY_PASSES, 3, 20_000, 1));
        assertEquals(2, passes(MANY_PASSES, 2, 10_000_000, 1));
        assertEquals(5, passes(MANY_PASSES, 5, 9_500, 1));
    }

    @Test
    void handlersThatHandOnGetAll() {
        assertEquals(MOST, passes(MANY_PASSES, 24, 1_000, 1));
        assertEquals(MOST, passes(MANY_PASSES, 0, 0, 0));
    }

    @Test
    void largeSendsAreNoTimeOfHandlers() {
        assertEquals(MOST, passesThatSend(MANY_PASSES, 1_000, 400_000));
        assertEquals(2, passesThatSend(MANY_PASSES, 20_000, 400_000));
    }

    /** Ends passes that fill all chunks and send twice, the second time by a listener of the first. */
    private int passesThatSend(int passes, int nanosPerChunk, int nanosPerSend) {
        int next = 0;
        for (int pass = 0; pass < passes; pass++) {
            for (int chunk = 0; chunk < MOST; chunk++) {
                bound.filled();
                now += nanosPerChunk;
            }
            long outer = bound.now();
            now += nanosPerSend;
            long inner = bound.now();
            now += nanosPerSend;
            bound.sent(inner);
            bound.sent(outer);
            next = bound.endPass(1);
        }
        return next;
    }

    @Test
    void severalConnectionsGetAll() {
        assertEquals(MOST, passes(MANY_PASSES, 24, 20_000, 2));
        assertEquals(2, passes(MANY_PASSES, 24, 20_000, 1));
        assertEquals(MOST, passes(1, 2, 20_000, 2));
        assertEquals(MOST, passes(1, 2, 20_000, 1), "the others may only have nothing to receive just now");
    }

    @Test
    void passesWithoutDataTellNothing() {
        passes(MANY_PASSES, 24, 20_000, 2);
        assertEquals(MOST, passes(MANY_PASSES, 0, 0, 0));
    }

    @Test
    void oneChunkTellsNothing() {
        assertEquals(MOST, passes(MANY_PASSES, 1, 20_000, 1));
    }

    @Test
    void aPassThatLostItsProcessorIsSoonForgotten() {
        passes(MANY_PASSES, 24, 1_000, 1);
        assertEquals(12, passes(1, 24, 10_000_000, 1));
        assertEquals(MOST, passes(40, 24, 1_000, 1));
    }
}
