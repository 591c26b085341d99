// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/** The same as {@link NettyProgram}, and looks into the registry that is common to all of the application. */
final class MetersProgram {
    private MetersProgram() {}

    public static void main(String[] arguments) throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Metrics.addRegistry(registry);
        NettyProgram.main(arguments);
        Collection<FunctionCounter> counters =
                registry.find("zcrx.received.bytes").functionCounters();
        Set<String> groups = counters.stream()
                .map(counter -> counter.getId().getTag("group"))
                .collect(Collectors.toSet());
        double received = counters.stream().mapToDouble(FunctionCounter::count).sum();
        System.out.println("metered by groups " + groups.size() + ": " + (long) received);
    }
}
