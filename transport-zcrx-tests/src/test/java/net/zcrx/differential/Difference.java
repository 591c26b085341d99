package net.zcrx.differential;

import java.util.ArrayList;
import java.util.List;

/** What zcrx shows otherwise than epoll, on purpose; each with what is left of it to compare. */
enum Difference {
    /**
     * epoll writes within flush(), and the write's promise is done when that returns. The ring writes when the loop's
     * pass ends: the promise is done later, after what the same task did next. Compared: that it is done in the same
     * step, with the same result, in the same order among writes.
     */
    WRITES_END_AFTER_FLUSH {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            List<String> others = new ArrayList<>(section);
            others.removeIf(Difference::isWritten);
            section.stream().filter(Difference::isWritten).forEach(others::add);
            return others;
        }
    },
    /**
     * A group that ends without quiet period and timeout leaves epoll's channels open and active. Ours are closed then.
     * Compared, unless the user closes the channel, too: nothing of the channel after that step.
     */
    CHANNELS_CLOSE_WITH_THEIR_LOOP {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            boolean atOnce = scenario.ops().contains(Op.op(Op.Kind.SHUT_DOWN_GROUP)) && !scenario.closes();
            boolean ended = section.get(section.size() - 1).endsWith("group ended");
            return atOnce && ended ? List.of("group ended") : section;
        }
    },
    /** What the user does in such a write's listener comes later with it. Compared: that it comes in the same step. */
    LISTENERS_OF_WRITES_RUN_AFTER_FLUSH {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            List<String> any = new ArrayList<>(section);
            if (scenario.actsWhenWritten()) {
                any.replaceAll(line -> line.replaceAll("#[0-9]+", ""));
                any.sort(null);
            }
            return any;
        }
    };

    /** The section with what differs made alike. */
    abstract List<String> without(Scenario scenario, List<String> section);

    private static boolean isWritten(String line) {
        return line.matches("(WRITE|WRITE_AND_FLUSH|REGION|[A-Z]+_REGION)#[0-9]+ ok");
    }

    /** The section with all that differs on purpose made alike. */
    static List<String> withoutAll(Scenario scenario, List<String> section) {
        List<String> alike = section;
        for (Difference difference : values()) {
            alike = difference.without(scenario, alike);
        }
        return alike;
    }
}
