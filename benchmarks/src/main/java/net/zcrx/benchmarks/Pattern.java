// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.List;

/**
 * A way to use a server.
 *
 * @param name what {@code --only} matches
 * @param title for people
 * @param series patterns of the same series are measured on the same servers, one after the other
 * @param quick whether it is part of the short run too
 * @param loops event loops of the server
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
        List<Load> load,
        boolean paced,
        int memoryConnections,
        List<Goal> goals) {
    private static final double HTTP_WARMUP = 10;
    private static final double MESSAGES_WARMUP = 3;
    /** A server that sends in large pieces runs its code seldom, and the compiler waits for that. */
    private static final double SENDING_WARMUP = 5;

    private static final double OTHER_WARMUP = 2;

    Pattern withLoops(int newLoops) {
        return new Pattern(name, title, series, quick, newLoops, load, paced, memoryConnections, goals);
    }

    Pattern inQuick() {
        return new Pattern(name, title, series, true, loops, load, paced, memoryConnections, goals);
    }

    /** Of its first group. */
    int messageBytes() {
        return load.get(0).bytes();
    }

    /**
     * Seconds of it after which its server is warm. One that compiles still, on the processor that it serves with, takes
     * up to twice the processor time, and its latencies are the compiler's; HTTP has the most code.
     */
    double warmup() {
        if (load.stream().anyMatch(Load::isHttp)) {
            return HTTP_WARMUP;
        }
        if (load.stream().anyMatch(Load::isSentByServer)) {
            return SENDING_WARMUP;
        }
        return load.stream().anyMatch(Load::isMessages) ? MESSAGES_WARMUP : OTHER_WARMUP;
    }
}
