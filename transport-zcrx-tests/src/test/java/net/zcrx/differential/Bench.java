package net.zcrx.differential;

import io.netty.channel.epoll.Epoll;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import net.zcrx.lessons.FullBacklog;

/** Compares sequences, on event loops that are used for all of them but those that end their group. */
final class Bench implements AutoCloseable {
    /** How long a step on zcrx may take to give what it gave on epoll. */
    private static final long GRACE_MILLIS = 400;
    /** How often a sequence that differs is played on epoll, to see whether it is always the same there. */
    private static final int EPOLL_RUNS = 3;

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
        List<List<String>> epoll = play(Platform.EPOLL, scenario, null);
        List<List<String>> zcrx = play(Platform.ZCRX, scenario, epoll);
        boolean stable = true;
        for (int run = 1; run < EPOLL_RUNS && !epoll.equals(zcrx); run++) {
            List<List<String>> again = play(Platform.EPOLL, scenario, null);
            if (!again.equals(epoll)) {
                stable = false;
                epoll = again;
                zcrx = play(Platform.ZCRX, scenario, epoll);
            }
        }
        return new Comparison(scenario, epoll, zcrx, stable);
    }

    List<List<String>> play(Platform platform, Scenario scenario, List<List<String>> expected) throws Exception {
        if (!scenario.endsGroup()) {
            return play(rigs.get(platform), scenario, expected);
        }
        try (Rig rig = new Rig(platform)) {
            return play(rig, scenario, expected);
        }
    }

    private List<List<String>> play(Rig rig, Scenario scenario, List<List<String>> expected) throws Exception {
        return Player.play(rig, scenario, unanswering.address(), file, expected, GRACE_MILLIS);
    }

    @Override
    public void close() throws IOException {
        rigs.values().forEach(Rig::close);
        unanswering.close();
        Files.delete(file.toPath());
    }
}
