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
    /**
     * epoll hands out a connection that was reset before it was accepted, and tells its end at once. Ours is not handed
     * out: nobody could do anything with it, and health checks and port scans make such connections all day. Compared:
     * all else.
     */
    RESET_CONNECTIONS_ARE_NOT_HANDED_OUT {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            List<String> others = new ArrayList<>(section);
            if (scenario.ops().stream().anyMatch(op -> op.kind() == Op.Kind.PEER_CONNECT_AND_RESET)) {
                others.removeIf(line -> line.startsWith("accepted"));
            }
            return others;
        }
    },
    /** epoll's channel that was closed by force goes on telling that it is writable. */
    CLOSED_CHANNELS_ARE_NOT_WRITABLE {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            List<String> alike = new ArrayList<>(section);
            alike.replaceAll(line -> line.startsWith("state [-") ? line.replace(" writable", "") : line);
            return alike;
        }
    },
    /**
     * epoll closes within close(), and deregisters in the task after it. The ring ends its requests first, in the loop's
     * next pass: these promises are done later, after what the same task did next. Compared: that they are done in the
     * same step, and how.
     */
    LEAVING_TAKES_A_PASS {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            int state = section.size() - 1;
            List<String> others = new ArrayList<>(section.subList(0, state));
            List<String> closing = new ArrayList<>();
            others.removeIf(
                    line -> line.matches("(closeFuture|(CLOSE|DISCONNECT|DEREGISTER|SHUTDOWN[A-Z_]*)#[0-9]+ ).*")
                            && closing.add(line));
            closing.sort(null);
            others.addAll(closing);
            others.add(section.get(state));
            return others;
        }
    },
    /**
     * On epoll the bytes that an executor refuses are lost, and the connection goes on without them. Ours tells
     * exceptionCaught and ends. Compared: nothing of the channel; that the loop goes on shows by the next sequences.
     */
    REFUSED_BYTES_END_A_CONNECTION {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            boolean refuses = scenario.ops().contains(Op.op(Op.Kind.REJECT));
            return refuses ? List.of("an executor rejects") : section;
        }
    },
    /**
     * A write that meets a reset fails on both. Which of several fails with the socket's error, and which because that
     * one closed the channel, depends on when each was sent.
     */
    WRITES_FAIL_WITH_WHAT_THEY_MEET {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            List<String> alike = new ArrayList<>(section);
            alike.replaceAll(line ->
                    line.replaceAll("^((WRITE|WRITE_AND_FLUSH|[A-Z_]*REGION)#[0-9]+) [A-Za-z]+Exception$", "$1 fails"));
            return alike;
        }
    },
    /** A buffer is as long as what came at once, so that what a handler throws comes between other ones. */
    READS_HAVE_OTHER_LENGTHS {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            if (scenario.ops().stream().noneMatch(op -> op.kind() == Op.Kind.THROW)) {
                return section;
            }
            List<String> others = new ArrayList<>(section);
            int sum = 0;
            for (String line : section) {
                if (line.matches("read [0-9]+")) {
                    sum += Integer.parseInt(line.substring("read ".length()));
                }
            }
            others.removeIf(line -> line.matches("read [0-9]+|readComplete.*|exception .*"));
            if (sum > 0) {
                others.add(0, "read in all " + sum);
            }
            return others;
        }
    },
    /** epoll's channel that was closed by force tells the end of an output that has ended already. */
    CLOSED_CHANNELS_TELL_NO_SHUTDOWN {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            List<String> others = new ArrayList<>(section);
            if (scenario.ops().contains(Op.op(Op.Kind.CLOSE_FORCIBLY))) {
                others.removeIf(line -> line.startsWith("event ChannelOutputShutdownEvent [-"));
            }
            return others;
        }
    },
    /**
     * A loop whose group ends takes no channel any more: Netty's ring refuses it. epoll's takes it, and closes it or,
     * at the end, forgets it. Compared: nothing of the channel after that step.
     */
    LOOPS_THAT_END_TAKE_NO_CHANNEL {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            boolean registers = scenario.steps().stream()
                    .dropWhile(step -> step.ops().stream().noneMatch(op -> op.kind() == Op.Kind.SHUT_DOWN_GROUP))
                    .flatMap(step -> step.ops().stream())
                    .anyMatch(op -> op.kind() == Op.Kind.REGISTER || op.kind() == Op.Kind.REGISTER_ELSEWHERE);
            boolean ended = section.get(section.size() - 1).contains(", group end");
            return registers && ended ? List.of("group ended") : section;
        }
    },
    /**
     * What the user does in such a write's listener comes later with it, so that what it writes may meet close().
     * Compared: that it comes in the same step.
     */
    LISTENERS_OF_WRITES_RUN_AFTER_FLUSH {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            List<String> any = new ArrayList<>(section);
            if (scenario.actsWhenWritten()) {
                any.replaceAll(line ->
                        line.replaceAll("#[0-9]+", "").replaceAll("peer [0-9]+ bytes [0-9a-f]+", "peer some bytes"));
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
