// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * Patterns of the example's object store: zcrx writes large objects on the loop's ring, its peers by a pool of threads.
 */
final class StorePatterns {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final String[] MEDIA = {"memory", "disk"};
    /** Most first: they take more ways through the server's code, which then is compiled for the others. */
    private static final int[] CONNECTIONS = {16, 4, 1};

    private static final int SMALL_CONNECTIONS = 16;
    private static final int READERS = 4;
    private static final String OBJECTS = "/objects/";

    private static final List<Goal> STORED =
            List.of(Goal.ofBest(Metric.THROUGHPUT, 1.1), Goal.ofBest(Metric.CPU_PER_GIB, 0.8));
    private static final List<Goal> STORED_SMALL = List.of(Goal.ofBest(Metric.THROUGHPUT, 1.1));
    private static final List<Goal> READ =
            List.of(new Goal(Metric.THROUGHPUT, 1.0, Peer.EPOLL), new Goal(Metric.CPU_PER_GIB, 1.0, Peer.EPOLL));
    private static final List<Goal> STORED_BY_ZERO_COPY = List.of(new Goal(Metric.CPU_PER_GIB, 0.6, Peer.EPOLL));

    private StorePatterns() {}

    static List<Pattern> all() {
        List<Pattern> all = new ArrayList<>();
        for (String medium : MEDIA) {
            for (int connections : CONNECTIONS) {
                all.add(put(medium, "64M", 64 * MIB, connections, STORED));
            }
            all.add(put(medium, "64K", 64 * KIB, SMALL_CONNECTIONS, STORED_SMALL));
            all.add(get(medium, "64M", 64 * MIB));
            all.add(get(medium, "64K", 64 * KIB));
            all.add(get(medium, "1K", KIB));
        }
        return all;
    }

    /**
     * Those in the virtual machine. Its file systems have room for one server at a time, with an object and its
     * successor for each connection.
     */
    static List<Pattern> zeroCopy() {
        return List.of(zeroCopy("memory", 4), zeroCopy("memory", 1), zeroCopy("disk", 4));
    }

    private static Pattern zeroCopy(String medium, int connections) {
        Pattern copying = put(medium, "64M", 64 * MIB, connections, STORED_BY_ZERO_COPY);
        Load load = copying.load().get(0);
        return Pattern.of("vm-" + copying.name(), "zero copy: " + copying.title(), copying.goals(), load);
    }

    private static Pattern put(String medium, String size, int bytes, int connections, List<Goal> goals) {
        Load load = Load.object(Kind.PUT, "store_" + medium, OBJECTS, connections, bytes);
        return of("put", medium, size, connections, goals, load);
    }

    private static Pattern get(String medium, String size, int bytes) {
        Load load = Load.object(Kind.GET, "store_" + medium, OBJECTS + bytes, READERS, bytes);
        return of("get", medium, size, READERS, READ, load);
    }

    private static Pattern of(String what, String medium, String size, int connections, List<Goal> goals, Load load) {
        String name = "store-" + medium + '-' + what + '-' + size + 'x' + connections;
        String title = (what.equals("put") ? "HTTP upload of " : "HTTP download of ")
                + size.replace("M", " MiB").replace("K", " KiB")
                + (what.equals("put") ? " to " : " from ") + (medium.equals("disk") ? "a disk" : "tmpfs") + ", "
                + connections + " connection" + (connections == 1 ? "" : "s");
        return Pattern.of(name, title, goals, load).inSeries("store-" + medium);
    }
}
