// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.List;

/**
 * A way to use a server.
 *
 * @param name is matched by {@code --only}
 * @param title for people
 * @param series patterns of the same series are measured on the same servers, one after the other
 * @param quick whether it is part of the short run too
 * @param loops event loops of the server
 * @param placement on which processors; the same for all of a series
 * @param load the groups of connections, all at once, see {@link Load}
 * @param paced whether, after the load as fast as it goes, the same messages are sent at a fixed rate: a quarter of
 *     what the slowest peer did
 * @param memoryConnections connections that {@code load} only holds open, whose memory is measured; or 0
 * @param goals what zcrx is to reach
 */
record Pattern(
        String name,
        String title,
        String series,
        boolean quick,
        int loops,
        Placement placement,
        List<Load> load,
        boolean paced,
        int memoryConnections,
        List<Goal> goals) {
    /**
     * Measured by hand: in the seconds 5 to 10 of a server TLS of the JDK has a ninth to a third of what it reaches, in
     * 15 to 20 at least 0.9 of it. gRPC's downloads over zcrx had 0.86 and 0.99 of epoll's throughput after ten
     * seconds, and 1.01 to 1.06 after 20.
     */
    private static final double PROTOCOL_WARMUP = 20;

    /**
     * Measured by hand: in its first two seconds of another kind or size, a server that stores objects had 0.4 to 0.8
     * of what it reached for most of them, and all after 6 to 10.
     */
    private static final double OBJECTS_WARMUP = 12;

    private static final double CODECS_WARMUP = 10;
    /**
     * Connections that come and go need most of a transport's code. After two seconds zcrx and io_uring served 20,000
     * per second and epoll 35,000; in the 12 seconds from there on 39,000 to 43,000, all three.
     */
    private static final double CONNECTING_WARMUP = 10;

    private static final double MESSAGES_WARMUP = 3;
    /** A server that sends in large pieces runs its code seldom, and the compiler waits for that. */
    private static final double SENDING_WARMUP = 5;

    private static final double OTHER_WARMUP = 2;

    /** One that is a series of its own, on one loop. */
    static Pattern of(String name, String title, List<Goal> goals, Load... load) {
        return new Pattern(name, title, name, false, 1, Placement.PINNED, List.of(load), false, 0, goals);
    }

    Pattern inSeries(String newSeries) {
        return new Pattern(name, title, newSeries, quick, loops, placement, load, paced, memoryConnections, goals);
    }

    Pattern withLoops(int newLoops) {
        return new Pattern(name, title, series, quick, newLoops, placement, load, paced, memoryConnections, goals);
    }

    Pattern inQuick() {
        return new Pattern(name, title, series, true, loops, placement, load, paced, memoryConnections, goals);
    }

    /** Returns the same pattern, also measured at a rate. */
    Pattern alsoPaced() {
        return new Pattern(name, title, series, quick, loops, placement, load, true, memoryConnections, goals);
    }

    /** One that only holds connections open, and how much memory they take is measured. */
    Pattern ofMemory(int connections) {
        return new Pattern(name, title, series, quick, loops, placement, load, paced, connections, goals);
    }

    /** The same where the scheduler likes, with a loop per processor. */
    Pattern placedFreely() {
        int processors = Runtime.getRuntime().availableProcessors();
        return new Pattern(
                name, title, series, quick, processors, Placement.FREE, load, paced, memoryConnections, goals);
    }

    /** Whether its messages are sent at a rate, and the cost of each is measured. */
    boolean isAtARate() {
        return load.size() == 1 && load.get(0).rate() > 0;
    }

    /** Whether a peer can serve it. The store has no option of its own for the ring of receive buffers. */
    boolean isFor(Peer peer) {
        return switch (peer) {
            case INCUBATOR -> load.stream().noneMatch(Load::needsNetty42);
            case IO_URING_RING -> load.stream().noneMatch(Load::isOfObjects);
            default -> true;
        };
    }

    /** Whether how much received data the server holds is of interest. */
    boolean holdsData() {
        return load.stream().anyMatch(each -> each.service().equals("gateway"));
    }

    private boolean isOfObjects() {
        return load.stream().anyMatch(Load::isOfObjects);
    }

    /** Whether a server that is warm from the other one is not so for this: it reads or writes files in another way. */
    boolean isOtherCodeThan(Pattern before) {
        boolean same = load.get(0).kind() == before.load.get(0).kind() && messageBytes() == before.messageBytes();
        return isOfObjects() && !same;
    }

    /** Returns the bytes of a message of its first group. */
    int messageBytes() {
        return load.get(0).bytes();
    }

    /**
     * Returns the seconds of it after which its server is warm. One that compiles still, on the processor that it
     * serves with, takes up to twice the processor time, and the compiler determines its latencies; codecs have the
     * most code.
     */
    double warmup() {
        if (load.stream().anyMatch(each -> each.kind().program() != Kind.Program.OWN)) {
            return PROTOCOL_WARMUP;
        }
        if (isOfObjects()) {
            return OBJECTS_WARMUP;
        }
        if (load.stream().anyMatch(Load::hasCodecs)) {
            return CODECS_WARMUP;
        }
        if (load.stream().anyMatch(each -> each.kind() == Kind.CHURN)) {
            return CONNECTING_WARMUP;
        }
        if (load.stream().anyMatch(Load::isSentByServer)) {
            return SENDING_WARMUP;
        }
        return load.stream().anyMatch(Load::isMessages) ? MESSAGES_WARMUP : OTHER_WARMUP;
    }
}
