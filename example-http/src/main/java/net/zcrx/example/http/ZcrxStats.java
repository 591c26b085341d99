// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import net.zcrx.ZcrxMetrics;

/** Adds up what zcrx counts for each event loop. */
final class ZcrxStats implements TransportStats {
    private static final Map<String, ToLongFunction<ZcrxMetrics>> COUNTERS = counterNames();

    private final Supplier<List<ZcrxMetrics>> loops;

    ZcrxStats(Supplier<List<ZcrxMetrics>> loops) {
        this.loops = loops;
    }

    private static Map<String, ToLongFunction<ZcrxMetrics>> counterNames() {
        Map<String, ToLongFunction<ZcrxMetrics>> counters = new LinkedHashMap<>();
        counters.put("zero.copy.buffers", ZcrxMetrics::zeroCopyBuffers);
        counters.put("copied.buffers", ZcrxMetrics::copiedBuffers);
        counters.put("copied.out.bytes", ZcrxMetrics::copiedOutBytes);
        counters.put("copy.outs", ZcrxMetrics::copyOuts);
        counters.put("refills", ZcrxMetrics::refills);
        counters.put("off.loop.returns", ZcrxMetrics::offLoopReturns);
        counters.put("exhaustions", ZcrxMetrics::exhaustions);
        counters.put("starvations", ZcrxMetrics::starvations);
        counters.put("coalescings", ZcrxMetrics::coalescings);
        counters.put("completion.queue.full", ZcrxMetrics::completionQueueFull);
        counters.put("zero.copy.sends", ZcrxMetrics::zeroCopySends);
        counters.put("copied.sends", ZcrxMetrics::copiedSends);
        return counters;
    }

    /** One word where all loops receive alike, as they do unless there are fewer NIC queues than loops. */
    @Override
    public String mode() {
        return distinct("+", metrics -> metrics.mode().name());
    }

    @Override
    public String modeReason() {
        return distinct(" ", ZcrxMetrics::modeReason);
    }

    private String distinct(String separator, Function<ZcrxMetrics, String> text) {
        return loops.get().stream().map(text).distinct().collect(Collectors.joining(separator));
    }

    @Override
    public long zeroCopyBytes() {
        return sum(ZcrxMetrics::zeroCopyBytes);
    }

    @Override
    public long copiedBytes() {
        return sum(ZcrxMetrics::copiedBytes);
    }

    @Override
    public long heldBuffers() {
        return sum(ZcrxMetrics::heldBuffers);
    }

    @Override
    public long areaBytes() {
        return sum(ZcrxMetrics::areaBytes);
    }

    @Override
    public long residentBytes() {
        return sum(ZcrxMetrics::residentBytes);
    }

    @Override
    public Map<String, Long> counters() {
        List<ZcrxMetrics> snapshot = loops.get();
        Map<String, Long> counters = new LinkedHashMap<>();
        COUNTERS.forEach((name, counter) ->
                counters.put(name, snapshot.stream().mapToLong(counter).sum()));
        return counters;
    }

    private long sum(ToLongFunction<ZcrxMetrics> counter) {
        return loops.get().stream().mapToLong(counter).sum();
    }
}
