// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** How long a server took until it listened, on epoll and with the agent. */
final class StartSamples {
    private static final double MILLISECONDS = 1000;
    /** What the agent may add: one of them is enough. */
    private static final double MOST_SHARE = 0.05;

    private static final double MOST_SECONDS = 0.1;

    private final List<Pair> pairs = new ArrayList<>();

    private record Pair(double epoll, double agent) {
        double more() {
            return agent - epoll;
        }
    }

    /** In seconds. */
    void add(double epoll, double agent) {
        pairs.add(new Pair(epoll, agent));
    }

    String report(Framework framework) {
        double[] epoll = values(Pair::epoll);
        double[] agent = values(Pair::agent);
        double seconds = Statistics.median(values(Pair::more));
        double share = Statistics.median(values(pair -> pair.more() / pair.epoll()));
        return new Table()
                .row(List.of(framework.title(), "epoll", "spread", "agent", "spread", "more", "", "target", ""))
                .row(List.of(
                        "start until it listens",
                        milliseconds(Statistics.median(epoll)),
                        AgentSamples.percent(Statistics.spread(epoll)),
                        milliseconds(Statistics.median(agent)),
                        AgentSamples.percent(Statistics.spread(agent)),
                        milliseconds(seconds),
                        AgentSamples.percent(share),
                        "5 % or 100 ms",
                        AgentSamples.verdict(share <= MOST_SHARE || seconds <= MOST_SECONDS)))
                .text();
    }

    private double[] values(ToDoubleFunction<Pair> value) {
        return pairs.stream().mapToDouble(value).toArray();
    }

    private static String milliseconds(double seconds) {
        return AgentSamples.number("%.0f ms", seconds * MILLISECONDS);
    }
}
