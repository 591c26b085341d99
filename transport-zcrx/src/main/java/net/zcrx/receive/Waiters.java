package net.zcrx.receive;

import java.util.ArrayDeque;
import net.zcrx.receive.Receiver.Waiter;

/** Who waits for memory, in the order in which they get it. */
final class Waiters {
    /** Those that take little. */
    private final ArrayDeque<Waiter> first = new ArrayDeque<>();

    private final ArrayDeque<Waiter> others = new ArrayDeque<>();

    void add(Waiter waiter, boolean beforeOthers) {
        (beforeOthers ? first : others).add(waiter);
    }

    boolean isEmpty() {
        return first.isEmpty() && others.isEmpty();
    }

    /** Each once; who is to wait again comes with the next call. */
    void resumeAll() {
        resume(first.size() + others.size());
    }

    /** The next {@code most} of them, each once. */
    void resume(int most) {
        // Counted before: who is to wait again is behind them.
        int firstCount = Math.min(most, first.size());
        int otherCount = Math.min(most - firstCount, others.size());
        for (int i = 0; i < firstCount; i++) {
            first.poll().resume();
        }
        for (int i = 0; i < otherCount; i++) {
            others.poll().resume();
        }
    }
}
