// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import java.util.ArrayDeque;
import java.util.List;
import net.zcrx.receive.Receiver.Waiter;

/** The receives that wait for memory, in the order in which they get it. */
final class Waiters {
    /** The queue of each {@link WaitTurn}. */
    private final List<ArrayDeque<Waiter>> turns = List.of(new ArrayDeque<>(), new ArrayDeque<>(), new ArrayDeque<>());

    private int count;

    void add(Waiter waiter, WaitTurn turn) {
        turns.get(turn.ordinal()).add(waiter);
        count++;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Returns how many wait. */
    int count() {
        return count;
    }

    /** Resumes each once. One that has to wait again is resumed by the next call. */
    void resumeAll() {
        resume(count);
    }

    /** Resumes the next {@code most} of them, each once. */
    void resume(int most) {
        int left = most;
        for (int turn = 0; turn < turns.size(); turn++) {
            ArrayDeque<Waiter> waiters = turns.get(turn);
            // Counted before: those that wait again are behind them.
            int resumed = Math.min(left, waiters.size());
            left -= resumed;
            count -= resumed;
            for (int i = 0; i < resumed; i++) {
                waiters.poll().resume();
            }
        }
    }
}
