package net.zcrx.benchmarks;

import java.util.List;

/**
 * A way to use a server.
 *
 * @param name what {@code --only} matches
 * @param title for people
 * @param quick whether it is part of the short run too
 * @param loops event loops of the server
 * @param load the groups of connections, all at once, see {@link Load}
 * @param paced whether, after the load as fast as it goes, the same messages are sent at a fixed rate: half of what the
 *     slowest peer did
 * @param memoryConnections connections that {@code load} only holds open, whose memory is measured; or 0
 * @param goals what zcrx is to reach
 */
record Pattern(
        String name,
        String title,
        boolean quick,
        int loops,
        List<Load> load,
        boolean paced,
        int memoryConnections,
        List<Goal> goals) {

    Pattern withLoops(int newLoops) {
        return new Pattern(name, title, quick, newLoops, load, paced, memoryConnections, goals);
    }

    Pattern inQuick() {
        return new Pattern(name, title, true, loops, load, paced, memoryConnections, goals);
    }
}
