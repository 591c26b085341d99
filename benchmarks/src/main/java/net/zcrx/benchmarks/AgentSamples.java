// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import net.zcrx.benchmarks.LoadGenerator.GroupResult;
import net.zcrx.benchmarks.Statistics.Interval;
import net.zcrx.benchmarks.Summary.Verdict;

/** The results of a server's rounds, on epoll and with the agent. */
final class AgentSamples {
    private static final double MIB = 1 << 20;
    private static final double GIB = 1 << 30;
    private static final double MILLION = 1e6;
    private static final double PERCENT = 100;
    /** The least throughput with the agent, as a share of epoll's, of small requests and of uploads. */
    private static final Goal SMALL = Goal.ofBest(Metric.REQUESTS, 0.97);

    private static final Goal BULK = Goal.ofBest(Metric.THROUGHPUT, 1.00);

    private final List<Round> rounds = new ArrayList<>();

    /**
     * One load.
     *
     * @param perSecond requests, or MiB
     * @param cpu processor time of the server: microseconds per request, or seconds per GiB
     * @param loadBusy share of its processor that the load generator used: near 1, it is what is measured
     */
    record Part(double perSecond, double cpu, double loadBusy) {
        /** @param cpuSeconds of the server, without the JVM's compilers */
        static Part of(GroupResult result, double cpuSeconds) {
            double amount = result.load().isBulk() ? result.bytes() / MIB : result.exchanges();
            double cpu = result.load().isBulk()
                    ? cpuSeconds / result.bytes() * GIB
                    : cpuSeconds / result.exchanges() * MILLION;
            return new Part(amount / result.seconds(), cpu, result.cpuSeconds() / result.seconds());
        }
    }

    /** The results of one server. */
    record Sample(Part small, Part bulk) {}

    private record Round(Sample epoll, Sample agent) {}

    void add(Sample epoll, Sample agent) {
        rounds.add(new Round(epoll, agent));
    }

    String report(Framework framework) {
        Table table = new Table()
                .row(List.of(
                        framework.title(), "epoll", "spread", "agent", "spread", "agent/epoll", "95 %", "target", ""));
        table.row(row("requests per second", "%.0f", sample -> sample.small().perSecond(), SMALL));
        table.row(row("  CPU us per request", "%.1f", sample -> sample.small().cpu(), null));
        table.row(row("  load generator busy", "%.2f", sample -> sample.small().loadBusy(), null));
        table.row(row("uploads, MiB/s", "%.0f", sample -> sample.bulk().perSecond(), BULK));
        table.row(row("  CPU s/GiB", "%.3f", sample -> sample.bulk().cpu(), null));
        table.row(row("  load generator busy", "%.2f", sample -> sample.bulk().loadBusy(), null));
        return table.text();
    }

    /** @param goal of the ratio; {@code null} for none */
    private List<String> row(String title, String format, ToDoubleFunction<Sample> value, Goal goal) {
        double[] epoll = values(round -> value.applyAsDouble(round.epoll()));
        double[] agent = values(round -> value.applyAsDouble(round.agent()));
        Interval ratio = Statistics.ratio(agent, epoll);
        return List.of(
                title,
                number(format, Statistics.median(epoll)),
                percent(Statistics.spread(epoll)),
                number(format, Statistics.median(agent)),
                percent(Statistics.spread(agent)),
                number("%.3f", ratio.median()),
                number("%.3f", ratio.low()) + " to " + number("%.3f", ratio.high()),
                goal == null ? "" : number("%.2f", goal.limit()),
                goal == null ? "" : Verdict.of(goal, ratio).toString());
    }

    private double[] values(ToDoubleFunction<Round> value) {
        return rounds.stream().mapToDouble(value).toArray();
    }

    static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    static String percent(double share) {
        return number("%.1f %%", share * PERCENT);
    }
}
