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
        Played zcrx = play(Platform.ZCRX, scenario, epoll);
        boolean stable = true;
        for (int run = 1; run < EPOLL_RUNS && !epoll.sections().equals(zcrx.sections()); run++) {
            Played again = play(Platform.EPOLL, scenario, null);
            if (!again.sections().equals(epoll.sections())) {
                stable = false;
                epoll = again;
                zcrx = play(Platform.ZCRX, scenario, epoll);
            }
        }
        return new Comparison(scenario, epoll.sections(), zcrx.sections(), stable);
    }

    private record Played(List<List<String>> sections, Set<String> logged) {}

    private Played play(Platform platform, Scenario scenario, Played epoll) throws Exception {
        logs.take();
        Resources before = Resources.now();
        List<List<String>> expected = epoll == null ? null : epoll.sections();
        List<List<String>> sections = new ArrayList<>();
        if (!scenario.endsGroup()) {
            Rig rig = rigs.get(platform);
            List<ZcrxMetrics> metrics = rig.metrics();
            sections.addAll(play(rig, scenario, expected));
            sections.addAll(rig.brokenSince(metrics));
        } else {
            try (Rig rig = new Rig(platform)) {
                List<ZcrxMetrics> metrics = rig.metrics();
                sections.addAll(play(rig, scenario, expected));
                rig.end();
                sections.addAll(rig.brokenSince(metrics));
            }
        }
        List<String> broken = before.awaitNoMore(CLEANING_SECONDS);
        if (!broken.isEmpty()) {
            sections.add(broken);
        }
        Set<String> logged = logs.take();
        // What handlers throw is logged with a trace of where it was thrown, which is another one.
        boolean throwing =
                scenario.ops().stream().anyMatch(op -> op.kind() == Op.Kind.REJECT || op.kind() == Op.Kind.THROW);
        if (epoll != null && !throwing) {
            List<String> unexpected = new ArrayList<>(logged);
            unexpected.removeAll(epoll.logged());
            if (!unexpected.isEmpty()) {
                sections.add(unexpected);
            }
        }
        return new Played(sections, logged);
    }

    private List<List<String>> play(Rig rig, Scenario scenario, List<List<String>> expected) throws Exception {
        return Player.play(rig, scenario, unanswering.address(), file, expected, GRACE_MILLIS);
    }

    @Override
    public void close() throws IOException {
        rigs.values().forEach(Rig::close);
        logs.close();
        unanswering.close();
        Files.delete(file.toPath());
    }
}
