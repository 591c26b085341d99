// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import net.zcrx.receive.Counters.Counter;

/**
 * The counters of a factory's loops. The counters of ended loops are added up, so that no sum decreases and nothing of
 * an ended loop is kept. Safe on any thread, without a lock.
 */
final class LoopMetrics {
    private final AtomicReference<State> state = new AtomicReference<>(new State(List.of(), null));

    /** @param ended {@code null} before a loop has ended and come to rest */
    private record State(List<ZcrxIoHandler> handlers, Ended ended) {
        State plus(ZcrxIoHandler handler) {
            List<ZcrxIoHandler> more = new ArrayList<>(handlers);
            more.add(handler);
            return new State(more, ended);
        }

        State withoutEnded() {
            List<ZcrxIoHandler> left = new ArrayList<>();
            Ended sum = ended;
            for (ZcrxIoHandler handler : handlers) {
                if (handler.isAtRest()) {
                    sum = Ended.of(sum, handler);
                } else {
                    left.add(handler);
                }
            }
            return sum == ended ? this : new State(left, sum);
        }
    }

    /** @param last the metrics of the loop that was added last */
    private record Ended(ZcrxMetrics last, long[] sums) {
        static Ended of(Ended before, ZcrxIoHandler handler) {
            long[] sums = new long[Counter.values().length];
            for (Counter counter : Counter.values()) {
                int i = counter.ordinal();
                sums[i] = handler.count(counter) + (before == null ? 0 : before.sums[i]);
            }
            return new Ended(handler.metrics(), sums);
        }

        ZcrxMetrics metrics() {
            return ZcrxMetrics.of(last.mode(), last.modeReason(), true, counter -> sums[counter.ordinal()]);
        }
    }

    void add(ZcrxIoHandler handler) {
        state.updateAndGet(before -> before.withoutEnded().plus(handler));
    }

    /** The metrics of each loop, in the order in which they were made, then those of all ended loops as one. */
    List<ZcrxMetrics> metrics() {
        State now = state.updateAndGet(State::withoutEnded);
        List<ZcrxMetrics> metrics = new ArrayList<>();
        now.handlers.forEach(handler -> metrics.add(handler.metrics()));
        if (now.ended != null) {
            metrics.add(now.ended.metrics());
        }
        return metrics;
    }
}
