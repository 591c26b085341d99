// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenListTest {
    private final Random random = new Random(1);
    private long next;

    private void add(TokenList list, Deque<Long> model, int count) {
        for (int i = 0; i < count; i++) {
            list.add(next);
            model.add(next++);
        }
    }

    private static void assertSame(Deque<Long> model, TokenList list) {
        assertEquals(model.size(), list.size());
        assertEquals(model.isEmpty(), list.isEmpty());
        int i = 0;
        for (long token : model) {
            assertEquals(token, list.get(i++));
        }
    }

    @Test
    void shouldKeepOrder() {
        TokenList list = new TokenList();
        TokenList more = new TokenList();
        Deque<Long> model = new ArrayDeque<>();
        Deque<Long> moreModel = new ArrayDeque<>();
        for (int i = 0; i < 3000; i++) {
            add(list, model, random.nextInt(50));
            add(more, moreModel, random.nextInt(50));
            if (random.nextInt(5) == 0) {
                list.addAll(more);
                model.addAll(moreModel);
                moreModel.clear();
            }
            int gone = random.nextInt(Math.min(model.size() + 1, 300));
            list.removeFirst(gone);
            for (int g = 0; g < gone; g++) {
                model.remove();
            }
            assertSame(model, list);
            assertSame(moreModel, more);
        }
    }

    /** One leaves and one comes, as with a ring that stays full: a list that moved the rest each time took minutes. */
    @Test
    void shouldNotMoveTheRestEachTime() {
        int size = 1_000_000;
        TokenList list = new TokenList();
        for (int i = 0; i < size; i++) {
            list.add(i);
        }
        long deadline = System.nanoTime() + 60_000_000_000L;
        for (int i = 0; i < size; i++) {
            assertEquals(i, list.get(0));
            list.removeFirst(1);
            list.add(size + i);
            assertTrue(i % 1000 != 0 || System.nanoTime() < deadline, "Only " + i + " of " + size + " in a minute");
        }
    }
}
