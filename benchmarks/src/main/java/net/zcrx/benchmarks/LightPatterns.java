// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Patterns of servers that are not full, or that share their processors with others: as most servers are. */
final class LightPatterns {
    private static final int THOUSAND = 1000;
    /** Most first: they take more ways through the server's code, which then is compiled for the others. */
    private static final int[] RATES = {50_000, 10_000, 1_000};

    private static final int[] COST_CONNECTIONS = {10, 4, 1};
    private static final int[] COST_BYTES = {64, 5_000, 200_000};
    /** The most bytes per second, both ways: more fills a loop. */
    private static final long MOST_BYTES = 2_000_000_000;

    private static final int[] PLACED_CONNECTIONS = {16, 4, 1};
    private static final int[] PLACED_BYTES = {64, 5_000, 200_000};

    private static final double NOT_SLOWER = 0.97;
    private static final List<Goal> MESSAGES_NOT_SLOWER = List.of(Goal.ofBest(Metric.REQUESTS, NOT_SLOWER));
    private static final List<Goal> MESSAGES = List.of(Goal.ofBest(Metric.REQUESTS, 1.0));
    private static final List<Goal> BULK_NOT_SLOWER = List.of(Goal.ofBest(Metric.THROUGHPUT, NOT_SLOWER));

    private LightPatterns() {}

    static List<Pattern> all() {
        List<Pattern> all = new ArrayList<>();
        for (int bytes : COST_BYTES) {
            all.addAll(costs("tcp", "TCP echo ", bytes, connections -> Load.messages("echo", connections, bytes)));
        }
        for (int bytes : COST_BYTES) {
            all.addAll(costs(
                    "http",
                    "HTTP echo, with an idle timeout, ",
                    bytes,
                    connections -> Load.http("/echo", connections, bytes).by("http_server")));
        }
        all.addAll(costs("hop", "HTTP answers from another thread, ", COST_BYTES[0], connections -> hop(connections)));
        for (Placement placement : Placement.values()) {
            all.addAll(placed(placement));
        }
        return all;
    }

    private static List<Pattern> costs(String name, String title, int bytes, Function<Integer, Load> load) {
        List<Pattern> all = new ArrayList<>();
        for (int rate : RATES) {
            if ((long) rate * bytes > MOST_BYTES) {
                continue;
            }
            for (int connections : COST_CONNECTIONS) {
                all.add(Pattern.of(
                                "cost-" + name + '-' + bytes + 'x' + connections + '-' + rate / THOUSAND + 'k',
                                String.format(
                                        Locale.ROOT, "%s%s, %,d per second", title, size(bytes, connections), rate),
                                List.of(Goal.ofBest(Metric.CPU_PER_MESSAGE, rate == THOUSAND ? 1.0 : 0.9)),
                                load.apply(connections).at(rate))
                        .inSeries("cost-" + name));
            }
        }
        return all;
    }

    private static Load hop(int connections) {
        return Load.http("/", connections, COST_BYTES[0]).by("http_hop");
    }

    /** The same patterns in each placement, each placement a series of its own per protocol. */
    private static List<Pattern> placed(Placement placement) {
        List<Pattern> all = new ArrayList<>();
        for (int bytes : PLACED_BYTES) {
            for (int connections : PLACED_CONNECTIONS) {
                String size = size(bytes, connections);
                String name = bytes + "x" + connections;
                all.add(placed(placement, "tcp", name, "TCP echo " + size, Load.messages("echo", connections, bytes)));
                all.add(placed(placement, "http", name, "HTTP echo " + size, Load.http("/echo", connections, bytes)));
            }
        }
        for (int connections : PLACED_CONNECTIONS) {
            String title = "HTTP answers from another thread, " + size(COST_BYTES[0], connections);
            all.add(placed(placement, "hop", COST_BYTES[0] + "x" + connections, title, hop(connections)));
        }
        for (int connections : PLACED_CONNECTIONS) {
            String title = "HTTP echo through nginx, " + size(COST_BYTES[0], connections);
            Load load = Load.http("/echo", connections, COST_BYTES[0]).by(Nginx.SERVICE);
            all.add(placed(placement, "nginx", COST_BYTES[0] + "x" + connections, title, load));
        }
        for (int flows = 1; flows <= 4 && placement == Placement.FREE; flows *= 4) {
            String title = flows == 1 ? "one long flow" : flows + " long flows";
            all.add(placed(placement, "bulk", Integer.toString(flows), title, Load.send("sink", flows)));
        }
        return all;
    }

    private static Pattern placed(Placement placement, String kind, String name, String title, Load load) {
        boolean free = placement == Placement.FREE;
        String series = (free ? "free-" : "pinned-") + kind;
        boolean evenWithBest = free || load.service().equals(Nginx.SERVICE);
        List<Goal> goals = load.isBulk() ? BULK_NOT_SLOWER : evenWithBest ? MESSAGES : MESSAGES_NOT_SLOWER;
        Pattern pattern = Pattern.of(series + '-' + name, title + (free ? ", placed freely" : ", pinned"), goals, load)
                .inSeries(series);
        return free ? pattern.placedFreely() : pattern;
    }

    private static String size(int bytes, int connections) {
        return String.format(Locale.ROOT, "%,d B, %d connection%s", bytes, connections, connections == 1 ? "" : "s");
    }
}
