// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import net.zcrx.benchmarks.Statistics.Interval;
import net.zcrx.benchmarks.Summary.Verdict;

/** How long a server took until it listened, on epoll and with the agent. */
final class StartSamples {
    private static final double MILLISECONDS = 1000;
    /** The share that the agent may add; to meet this or the seconds below is enough. */
    private static final double MOST_SHARE = 0.05;

    private static final double MOST_SECONDS = 0.1;

    private final List<Pair> pairs = new ArrayList<>();

    private record Pair(double epoll, double agent) {
        double more() {
            return agent - epoll;
        }
    }

    /** Adds a sample, in seconds. */
    void add(double epoll, double agent) {
        pairs.add(new Pair(epoll, agent));
    }

    String report(Framework framework) {
        double[] epoll = values(Pair::epoll);
        double[] agent = values(Pair::agent);
        Interval seconds = Statistics.bootstrapMedian(values(Pair::more));
        Interval share = Statistics.bootstrapMedian(values(pair -> pair.more() / pair.epoll()));
        return new Table()
                .row(List.of(framework.title(), "epoll", "spread", "agent", "spread", "more", "95 %", "", "target", ""))
                .row(List.of(
                        "start until it listens",
                        milliseconds(Statistics.median(epoll)),
                        AgentSamples.percent(Statistics.spread(epoll)),
                        milliseconds(Statistics.median(agent)),
                        AgentSamples.percent(Statistics.spread(agent)),
                        milliseconds(seconds.median()),
                        milliseconds(seconds.low()) + " to " + milliseconds(seconds.high()),
                        AgentSamples.percent(share.median()),
                        "5 % or 100 ms",
                        verdict(seconds, share).toString()))
                .text();
    }

    /** Returns the verdict of the target that is nearer. */
    private static Verdict verdict(Interval seconds, Interval share) {
        Verdict bySeconds = Verdict.of(more -> more <= MOST_SECONDS, seconds);
        Verdict byShare = Verdict.of(more -> more <= MOST_SHARE, share);
        return bySeconds == Verdict.MISSED || byShare == Verdict.MET ? byShare : bySeconds;
    }

    private double[] values(ToDoubleFunction<Pair> value) {
        return pairs.stream().mapToDouble(value).toArray();
    }

    private static String milliseconds(double seconds) {
        return AgentSamples.number("%.0f ms", seconds * MILLISECONDS);
    }
}
