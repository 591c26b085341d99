// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxMetrics;
import net.zcrx.micrometer.ZcrxMeters;

/** The counts of zcrx, over all its event loops. */
final class ZcrxStats implements TransportStats {
    private final ZcrxIoHandlerFactory factory;

    ZcrxStats(ZcrxIoHandlerFactory factory) {
        this.factory = factory;
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
        return factory.metrics().stream().map(text).distinct().collect(Collectors.joining(separator));
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
    public void bindTo(MeterRegistry registry) {
        new ZcrxMeters(factory).bindTo(registry);
    }

    private long sum(ToLongFunction<ZcrxMetrics> counter) {
        return factory.metrics().stream().mapToLong(counter).sum();
    }
}
