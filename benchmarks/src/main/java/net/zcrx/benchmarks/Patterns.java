// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** All patterns. */
final class Patterns {
    private static final int[] ECHO_BYTES = {64, 1024, 4096, 8192, 65536};
    /** Most first: they take more ways through the server's code, which then is compiled for the others. */
    private static final int[] ECHO_CONNECTIONS = {200, 100, 50, 10, 1};

    private static final int RPC_BYTES = 4096;
    private static final int PING_RATE = 500;
    /** So many that none waits for its last answer, unless that takes 40 ms. */
    private static final int PING_CONNECTIONS = 20;

    private static final int IDLE_CONNECTIONS = 10_000;

    /** Nothing is to be slower than this. */
    private static final double NOT_SLOWER = 0.97;

    private static final List<Goal> BULK =
            List.of(Goal.ofBest(Metric.THROUGHPUT, 1.10), Goal.ofBest(Metric.CPU_PER_GIB, 0.90));
    private static final List<Goal> BULK_NOT_SLOWER = List.of(Goal.ofBest(Metric.THROUGHPUT, NOT_SLOWER));
    private static final List<Goal> MESSAGES_NOT_SLOWER = List.of(Goal.ofBest(Metric.REQUESTS, NOT_SLOWER));
    private static final List<Goal> UPLOAD = List.of(Goal.ofBest(Metric.THROUGHPUT, 1.10));
    private static final List<Goal> ECHO =
            List.of(Goal.ofBest(Metric.REQUESTS, 1.10), Goal.ofBest(Metric.PACED_P99, 1.0));
    private static final List<Goal> MIXED =
            List.of(Goal.ofBest(Metric.THROUGHPUT, NOT_SLOWER), Goal.ofBest(Metric.REQUESTS, NOT_SLOWER));
    private static final List<Goal> PING =
            List.of(new Goal(Metric.PACED_P99, 0.5, Peer.EPOLL), Goal.ofBest(Metric.THROUGHPUT, NOT_SLOWER));
    private static final List<Goal> IDLE = List.of(Goal.ofBest(Metric.MEMORY_PER_CONNECTION, 1.0));
    private static final List<Goal> ZERO_COPY = List.of(Goal.ofBest(Metric.CPU_PER_GIB, 0.75));

    private static final List<Pattern> LOOPBACK = loopback();
    private static final List<Pattern> VIRTUAL_MACHINE = zeroCopy();

    private Patterns() {}

    /** The one on loopback that has the name {@code only}, or those that have it in their name; empty for all. */
    static List<Pattern> matching(boolean quick, String only) {
        return only.isEmpty() ? select(LOOPBACK, pattern -> !quick || pattern.quick()) : named(LOOPBACK, only);
    }

    private static List<Pattern> named(List<Pattern> all, String only) {
        List<Pattern> exact = select(all, pattern -> pattern.name().equals(only));
        return exact.isEmpty() ? select(all, pattern -> pattern.name().contains(only)) : exact;
    }

    private static List<Pattern> select(List<Pattern> all, Predicate<Pattern> wanted) {
        return all.stream().filter(wanted).collect(Collectors.toList());
    }

    /** Those in the virtual machine, where a NIC is, and where everything is slow; chosen in the same way. */
    static List<Pattern> virtualMachine(String only) {
        return named(VIRTUAL_MACHINE, only);
    }

    /** Each is a series, as the servers of a series are there at once, and here all have the same ports. */
    private static List<Pattern> zeroCopy() {
        List<Pattern> all = new ArrayList<>(List.of(
                pattern("vm-single", "zero copy: one long flow", ZERO_COPY, Load.send("sink", 1)),
                pattern("vm-incast-4", "zero copy: 4 long flows to one loop", ZERO_COPY, Load.send("sink", 4)),
                pattern(
                        "vm-rpc",
                        "zero copy: 4 KiB requests, 4 connections to one loop",
                        MESSAGES_NOT_SLOWER,
                        Load.messages("rpc", 4, RPC_BYTES))));
        all.addAll(StorePatterns.zeroCopy());
        return List.copyOf(all);
    }

    /** The patterns by their series, both in the order given. */
    static Collection<List<Pattern>> series(List<Pattern> patterns) {
        return patterns.stream()
                .collect(Collectors.groupingBy(Pattern::series, LinkedHashMap::new, Collectors.toList()))
                .values();
    }

    /** The services that a server must offer for it. */
    static Set<String> services(Pattern pattern) {
        return pattern.load().stream().map(Load::service).collect(Collectors.toSet());
    }

    private static List<Pattern> loopback() {
        List<Pattern> all = new ArrayList<>(longFlows());
        all.addAll(besideLongFlows());
        all.addAll(echoes());
        all.add(upload("upload-1M", "HTTP upload of 1 MiB, 4 connections", 1 << 20));
        all.add(upload("upload-64M", "HTTP upload of 64 MiB, 4 connections", 64 << 20));
        all.add(pattern("proxy", "a long flow through a proxy", BULK_NOT_SLOWER, Load.send("proxy", 1)));
        all.addAll(idle());
        all.add(pattern(
                "churn", "connect, 64 B and back, close; 16 at a time", MESSAGES_NOT_SLOWER, Load.churn(16, 64)));
        all.addAll(LightPatterns.all());
        all.addAll(ProtocolPatterns.all());
        all.addAll(StorePatterns.all());
        return List.copyOf(all);
    }

    private static List<Pattern> longFlows() {
        List<Pattern> all = new ArrayList<>();
        all.add(pattern("one-to-one", "4 long flows, each to a loop of its own", BULK_NOT_SLOWER, Load.send("sink", 4))
                .withLoops(4));
        for (int flows = 1; flows <= 16; flows *= 2) {
            String title = (flows == 1 ? "one long flow" : flows + " long flows") + " to one loop";
            Pattern incast = pattern("incast-" + flows, title, BULK, Load.send("sink", flows));
            all.add(flows == 1 || flows == 8 ? incast.inQuick() : incast);
        }
        all.add(pattern("outcast", "one loop fills 8 flows", BULK_NOT_SLOWER, Load.receive(8)));
        all.add(pattern("all-to-all", "16 long flows over 4 loops", BULK_NOT_SLOWER, Load.send("sink", 16))
                .withLoops(4));
        return all;
    }

    /** Short messages, alone and beside long flows. */
    private static List<Pattern> besideLongFlows() {
        Load requests = Load.messages("rpc", 16, RPC_BYTES);
        Load pings = Load.messages("echo", PING_CONNECTIONS, 64).at(PING_RATE).besideTheServer();
        return List.of(
                pattern("rpc-incast", "4 KiB requests, 16 connections to one loop", MESSAGES_NOT_SLOWER, requests)
                        .inQuick(),
                pattern(
                        "mixed",
                        "one long flow and 16 connections with 4 KiB requests on one loop",
                        MIXED,
                        Load.send("sink", 1),
                        requests),
                pattern(
                                "ping-beside-bulk",
                                "64 B pings, " + PING_RATE + " a second, beside 4 long flows on one loop",
                                PING,
                                Load.send("sink", 4),
                                pings)
                        .inQuick());
    }

    private static List<Pattern> echoes() {
        List<Pattern> all = new ArrayList<>();
        for (int bytes : ECHO_BYTES) {
            for (int connections : ECHO_CONNECTIONS) {
                String size = bytes + " B, " + connections + (connections == 1 ? " connection" : " connections");
                String name = bytes + "x" + connections;
                Pattern tcp = echo("tcp-" + name, "TCP echo " + size, Load.messages("echo", connections, bytes));
                all.add(bytes == 64 && connections == 50 ? tcp.inQuick() : tcp);
                all.add(echo("http-" + name, "HTTP echo " + size, Load.http("/echo", connections, bytes)));
            }
        }
        return all;
    }

    private static List<Pattern> idle() {
        Load idle = Load.idle(IDLE_CONNECTIONS);
        return List.of(
                pattern("idle", IDLE_CONNECTIONS + " idle connections", IDLE, idle)
                        .ofMemory(IDLE_CONNECTIONS),
                pattern(
                        "idle-beside-bulk",
                        "one long flow beside " + IDLE_CONNECTIONS + " idle connections",
                        BULK_NOT_SLOWER,
                        idle,
                        Load.send("sink", 1)));
    }

    private static Pattern echo(String name, String title, Load load) {
        boolean hasGoal = load.bytes() <= 8192 && load.connections() >= 10;
        return pattern("echo-" + name, title, hasGoal ? ECHO : MESSAGES_NOT_SLOWER, load)
                .inSeries("echo-" + load.service())
                .alsoPaced();
    }

    private static Pattern upload(String name, String title, int bytes) {
        return pattern(name, title, UPLOAD, Load.http("/upload", 4, bytes)).inSeries("upload");
    }

    private static Pattern pattern(String name, String title, List<Goal> goals, Load... load) {
        return Pattern.of(name, title, goals, load);
    }
}
