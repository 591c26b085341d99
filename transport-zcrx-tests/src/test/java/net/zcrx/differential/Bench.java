// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import io.netty.channel.epoll.Epoll;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.zcrx.ZcrxMetrics;
import net.zcrx.lessons.FullBacklog;
import net.zcrx.testrun.Resources;

/** Compares sequences, on event loops that are used for all of them but those that end their group. */
final class Bench implements AutoCloseable {
    /** How long a step on zcrx may take to give what it gave on epoll. */
    private static final long GRACE_MILLIS = 400;
    /** How long what a sequence has left may take to go. */
    private static final long CLEANING_SECONDS = 5;
    /** How often a sequence that differs is played on epoll, to see whether it is always the same there. */
    private static final int EPOLL_RUNS = 3;

    private final Logs logs = new Logs();
    private final Map<Platform, Rig> rigs = new EnumMap<>(Platform.class);
    private final FullBacklog unanswering;
    private final File file;

    Bench() throws IOException {
        Epoll.ensureAvailability();
        unanswering = new FullBacklog();
        file = File.createTempFile("zcrx-differential", null);
        Files.write(file.toPath(), new byte[Subject.BIG]);
        for (Platform platform : Platform.values()) {
            rigs.put(platform, new Rig(platform));
        }
    }

    Comparison compare(Scenario scenario) throws Exception {
        Played epoll = play(Platform.EPOLL, scenario, null);
        if (epoll.failed()) {
            // Ours is played all the same: what always holds must hold.
            return compared(scenario, epoll, play(Platform.ZCRX, scenario, epoll), true);
        }
        Played zcrx = play(Platform.ZCRX, scenario, epoll);
        boolean stable = true;
        for (int run = 1; run < EPOLL_RUNS && !epoll.sections().equals(zcrx.sections()); run++) {
            Played again = play(Platform.EPOLL, scenario, null);
            if (again.failed() || !again.sections().equals(epoll.sections())) {
                stable = false;
                epoll = again;
                zcrx = play(Platform.ZCRX, scenario, epoll);
            }
        }
        return compared(scenario, epoll, zcrx, stable);
    }

    private static Comparison compared(Scenario scenario, Played epoll, Played zcrx, boolean stable) {
        List<List<String>> broken = zcrx.broken();
        if (!broken.isEmpty()) {
            // Whatever epoll does.
            List<List<String>> sections = new ArrayList<>(zcrx.sections());
            sections.addAll(broken);
            return new Comparison(scenario, epoll.sections(), sections, true, false);
        }
        return new Comparison(scenario, epoll.sections(), zcrx.sections(), stable, epoll.failed());
    }

    /**
     * @param broken what always holds and does not, on zcrx
     * @param failed whether one of epoll's own faults came in between
     */
    private record Played(List<List<String>> sections, List<List<String>> broken, Set<String> logged, boolean failed) {}

    private Played play(Platform platform, Scenario scenario, Played epoll) throws Exception {
        logs.take();
        Resources before = Resources.now();
        List<List<String>> expected = epoll == null || epoll.failed() ? null : epoll.sections();
        List<List<String>> broken = new ArrayList<>();
        Player.Result result;
        if (!scenario.endsGroup()) {
            result = play(rigs.get(platform), scenario, expected, broken);
        } else {
            try (Rig rig = new Rig(platform)) {
                result = play(rig, scenario, expected, broken);
            }
        }
        // epoll leaves descriptors open, as of channels whose handler throws, or whose group ends.
        List<String> left = epoll == null ? List.of() : before.awaitNoMore(CLEANING_SECONDS);
        if (!left.isEmpty()) {
            broken.add(left);
        }
        Set<String> logged = logs.take();
        // What handlers throw is logged with a trace of where it was thrown, which is another one.
        boolean throwing =
                scenario.ops().stream().anyMatch(op -> op.kind() == Op.Kind.REJECT || op.kind() == Op.Kind.THROW);
        if (epoll != null && !throwing && !epoll.failed() && epoll.sections().equals(result.sections())) {
            List<String> unexpected = new ArrayList<>(logged);
            unexpected.removeAll(epoll.logged());
            // ChannelDifference.LOOPS_THAT_END_TAKE_NO_CHANNEL
            unexpected.removeIf(line -> scenario.endsGroup()
                    && (line.contains("registration task was not accepted")
                            || line.contains("RejectedExecutionException")));
            if (!unexpected.isEmpty()) {
                broken.add(unexpected);
            }
        }
        return new Played(result.sections(), broken, logged, result.failed());
    }

    private Player.Result play(Rig rig, Scenario scenario, List<List<String>> expected, List<List<String>> broken)
            throws Exception {
        List<ZcrxMetrics> metrics = rig.metrics();
        Player.Result result = Player.play(rig, scenario, unanswering.address(), file, expected, GRACE_MILLIS, broken);
        if (scenario.endsGroup()) {
            rig.end();
        }
        broken.addAll(rig.brokenSince(metrics));
        return result;
    }

    @Override
    public void close() throws IOException {
        rigs.values().forEach(Rig::close);
        logs.close();
        unanswering.close();
        Files.delete(file.toPath());
    }
}
