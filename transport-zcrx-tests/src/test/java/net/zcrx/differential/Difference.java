// SPDX-License-Identifier: Apache-2.0
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
            boolean atOnce =
                    scenario.ops().contains(Op.op(Op.Kind.SHUT_DOWN_GROUP)) && !scenario.closesBeforeGroupEnds();
            return atOnce && ended(section) ? List.of("group ended") : section;
        }
    },
    /**
     * epoll hands out a connection that was reset before it was accepted, and tells its end at once. Ours is not handed
     * out: nobody could do anything with it, and health checks and port scans make such connections all day. Nor are
     * connections once another thread has switched auto-read off, of which epoll accepts one more. Compared: all else.
     */
    RESET_CONNECTIONS_ARE_NOT_HANDED_OUT {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            List<String> others = new ArrayList<>(section);
            boolean suspended =
                    scenario.role() == Scenario.Role.SERVER && scenario.ops().contains(Op.op(Op.Kind.AUTO_READ));
            if (suspended || scenario.ops().stream().anyMatch(op -> op.kind() == Op.Kind.PEER_CONNECT_AND_RESET)) {
                others.removeIf(line -> line.startsWith("accepted"));
            }
            return others;
        }
    },
    /**
     * A connection that is refused is closed. epoll's, with half-closure, tells the end of its input, and stays open.
     * Compared: nothing of the channel after that.
     */
    REFUSED_CONNECTIONS_CLOSE {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            boolean halfClosure = scenario.halfClosure() || scenario.ops().contains(Op.op(Op.Kind.HALF_CLOSURE, 1));
            for (int i = 0; halfClosure && i < section.size(); i++) {
                if (section.get(i).matches("CONNECT_REFUSED#[0-9]+ ConnectException")) {
                    return upTo(section, i + 1);
                }
            }
            return section;
        }
    },
    /**
     * A second call that ends the output, while the first still waits for what was flushed before it, ends as the first.
     * epoll's fails, as the first has no need to wait. Compared: all else.
     */
    SHUTDOWN_OF_OUTPUT_MAY_BE_CALLED_TWICE {
        private static final String CALL = "SHUTDOWN(_OUTPUT)?#[0-9]+ ";

        @Override
        List<String> without(Scenario scenario, List<String> section) {
            long calls =
                    section.stream().filter(line -> line.matches(CALL + ".*")).count();
            List<String> alike = new ArrayList<>(section);
            if (calls > 1 && section.stream().anyMatch(line -> line.matches(CALL + "ok"))) {
                alike.replaceAll(line -> line.matches(CALL + ".*") ? line.replaceAll("#.*", " done") : line);
            }
            return alike;
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
     * epoll closes within close(), ends the output within shutdownOutput(), and deregisters in the task after it. The
     * ring ends its requests first, in the loop's next pass: these promises are done, and the end of the output is told,
     * after what the same task did next. What comes of registering is told by another loop, and what an action throws
     * at once by the thread that calls it. Compared: that it is in the
     * same step, and how.
     */
    LEAVING_TAKES_A_PASS {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            int state = section.size() - 1;
            List<String> others = new ArrayList<>(section.subList(0, state));
            List<String> closing = new ArrayList<>();
            others.removeIf(line -> line.matches(UNORDERED) && closing.add(line));
            closing.sort(null);
            if (scenario.ops().contains(Op.op(Op.Kind.DEREGISTER))) {
                closing.replaceAll(line -> line.replaceAll("^closeFuture.*", "closeFuture"));
            }
            closing.replaceAll(line -> line.replaceAll("^(event ChannelOutputShutdownEvent) \\[(oa|--).\\]", "$1"));
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
     * one closed the channel, depends on when each was sent, as does whether a read has met it before.
     */
    WRITES_FAIL_WITH_WHAT_THEY_MEET {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            List<String> alike = new ArrayList<>(section);
            alike.replaceAll(line ->
                    line.replaceAll("^((WRITE|WRITE_AND_FLUSH|[A-Z_]*REGION)#[0-9]+) [A-Za-z]+Exception$", "$1 fails"));
            if (scenario.writes()) {
                alike.replaceAll(line -> line.replaceAll("^(removed) .*", "$1"));
            }
            if (!fails(alike)) {
                return alike;
            }
            // What the same task did next may have found the channel closed.
            alike.replaceAll(line -> line.replaceAll("^(CONNECT[A-Z_]*#[0-9]+) [A-Za-z]+Exception$", "$1 fails"));
            if (scenario.ops().contains(Op.op(Op.Kind.PEER_RESET))) {
                alike.removeIf(line -> line.matches("(exception NativeIoException|event ChannelInputShutdown|read).*"));
            }
            List<String> writes = new ArrayList<>(alike);
            writes.removeIf(line -> !line.matches("(WRITE|WRITE_AND_FLUSH|[A-Z_]*REGION)#.*"));
            alike.removeAll(writes);
            writes.sort(null);
            alike.addAll(writes);
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
    /** epoll's channel that tells that it is active has an attempt to connect still, at which a second one fails. */
    ACTIVE_CHANNELS_ARE_CONNECTED {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            List<String> alike = new ArrayList<>(section);
            if (section.stream().anyMatch(line -> line.matches("CONNECT#[0-9]+ ok"))) {
                alike.replaceAll(line -> line.replaceAll(
                        "^(CONNECT[A-Z_]*#[0-9]+) (ConnectionPending|AlreadyConnected)Exception", "$1 fails"));
            }
            return alike;
        }
    },
    /**
     * What came and nobody has read may have been received ahead, so that the kernel has nothing unread: the peer sees
     * the end of a connection that is closed then, where on epoll it sees a reset. Compared: that it sees one of them.
     */
    DATA_IS_RECEIVED_AHEAD {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            List<String> alike = new ArrayList<>(section);
            if (scenario.ops().stream().anyMatch(op -> op.kind() == Op.Kind.PEER_SEND)) {
                alike.replaceAll(
                        line -> line.startsWith("state [-") ? line.replaceAll(" (end|reset)\\b", " gone") : line);
            }
            return alike;
        }
    },
    /**
     * What was written to a channel that is closed by force fails at once, and closes it for good; what was flushed in
     * the same task does not go out. On epoll it fails when the user closes the channel, too. Compared: nothing of the
     * channel after that.
     */
    CLOSED_BY_FORCE_FAILS_WRITES {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            boolean over = scenario.writes() || scenario.endsGroup();
            for (int i = 0; over && i < section.size(); i++) {
                if (section.get(i).startsWith("CLOSE_FORCIBLY")) {
                    List<String> before = upTo(section, i);
                    before.removeIf(line -> line.endsWith(" fails"));
                    return before;
                }
            }
            return section;
        }
    },
    /** epoll's channel that was closed by force tells the end of an output that has ended already. */
    CLOSED_CHANNELS_TELL_NO_SHUTDOWN {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            List<String> others = new ArrayList<>(section);
            if (scenario.ops().contains(Op.op(Op.Kind.CLOSE_FORCIBLY))) {
                others.removeIf(line -> line.matches("event ChannelOutputShutdownEvent( \\[-.*)?"));
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
            return registers && ended(section) ? List.of("group ended") : section;
        }
    },
    /**
     * A region that has given nothing is asked once more when the channel closes, or the output or the group ends:
     * epoll does not. Compared: all but whether its bytes arrive.
     */
    SLOW_REGIONS_ARE_ASKED_AT_THE_END {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            List<String> alike = new ArrayList<>(section);
            if (scenario.endsBehindSlowRegion()) {
                alike.replaceAll(line -> line.replaceAll("^(SLOW_REGION#[0-9]+) (ok|fails)", "$1 done")
                        .replaceAll("peer [0-9]+ bytes [0-9a-f]+", "peer some bytes"));
            }
            return alike;
        }
    },
    /**
     * A write that fails on epoll does so, and closes the channel, before the same task goes on to shut down the input;
     * here it is the other way round. Compared: all but whether that succeeds.
     */
    WRITES_FAIL_AFTER_SHUTDOWN {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            List<String> alike = new ArrayList<>(section);
            if (fails(section)) {
                alike.replaceAll(
                        line -> line.replaceAll("^(SHUTDOWN_INPUT#[0-9]+) (ok|ClosedChannelException)$", "$1 done"));
            }
            return alike;
        }
    },
    /**
     * A write that fails on epoll does so, and closes the channel, before the same task goes on to deregister it; here
     * it is the other way round. Compared: nothing of the channel after that.
     */
    WRITES_FAIL_AFTER_LEAVING {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            return fails(section) && section.stream().anyMatch(line -> line.startsWith("DEREGISTER#"))
                    ? upTo(section, 0)
                    : section;
        }
    },
    /**
     * How much of a write that is more than the sockets hold has gone out when the channel closes is another thing each
     * time, and so whether it is done. Compared: all but that.
     */
    BIG_WRITES_MEET_THE_END {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            List<String> alike = new ArrayList<>(section);
            boolean big = scenario.ops().stream().anyMatch(op -> op.arg() == Subject.BIG);
            if (big && section.stream().anyMatch(line -> line.startsWith("closeFuture"))) {
                alike.removeIf(line -> line.startsWith("writable="));
                alike.replaceAll(line ->
                        line.replaceAll("^((WRITE|[A-Z_]*REGION|WRITE_AND_FLUSH)#[0-9]+) (ok|fails)", "$1 done"));
                alike.sort(null);
            }
            return alike;
        }
    },
    /**
     * A connection that does not stand yet has nothing to shut down; epoll's tells its end, or stays as it is, ours
     * ends. Compared: nothing of the channel after that.
     */
    NOTHING_TO_SHUT_DOWN {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            boolean unconnected = section.stream().anyMatch(line -> line.matches("SHUTDOWN[A-Z_]*#[0-9]+ NotYet.*"))
                    || section.stream().anyMatch(line -> line.matches("event Channel(In|Out)put.* .o-.*"))
                    || section.stream().anyMatch(line -> line.startsWith("SHUTDOWN"))
                            && section.stream().anyMatch(line -> line.matches("state .* to null.* shut, no peer.*"));
            return unconnected ? upTo(section, 0) : section;
        }
    },
    /**
     * What ends the output waits for what was flushed: what comes meanwhile is read still, and close() may overtake it.
     * Compared: all but that.
     */
    SHUTDOWN_WAITS_FOR_WRITES {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            List<String> others = new ArrayList<>(section);
            if (section.stream().anyMatch(line -> line.matches("SHUTDOWN(_OUTPUT)?(#[0-9]+)? .*"))
                    && section.stream().anyMatch(line -> line.matches("(WRITE|WRITE_AND_FLUSH|[A-Z_]*REGION).*"))) {
                others.removeIf(line -> line.matches("read [0-9]+|readComplete|event Channel(In|Out)putShutdown.*"));
                if (section.stream().anyMatch(line -> line.startsWith("closeFuture"))) {
                    others.removeIf(line -> line.matches("SHUTDOWN(_OUTPUT)?(#[0-9]+)? .*"));
                }
            }
            return others;
        }
    },
    /**
     * What is flushed while a connection is made, or after a full socket or idle region was met on no loop, goes out as
     * soon as it can. epoll's stands still until the next flush. Compared: nothing of the channel after that.
     */
    WRITES_DO_NOT_STAND_STILL {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            boolean connects = scenario.writesWhileConnecting()
                    && section.stream().anyMatch(line -> line.matches("CONNECT#[0-9]+ ok"));
            boolean waits =
                    scenario.ops().stream().anyMatch(op -> op.kind() == Op.Kind.SLOW_REGION || op.arg() == Subject.BIG)
                            && section.stream().anyMatch(line -> line.startsWith("state [oa-]"));
            return connects || waits ? upTo(section, 0) : section;
        }
    },
    /**
     * A connection attempt that is under way when the channel leaves its loop may come to its end still. epoll's stands
     * still until the next registration. Compared: nothing of the channel after that.
     */
    CONNECTS_DO_NOT_STAND_STILL {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            return section.contains("active [oa-]") ? upTo(section, 0) : section;
        }
    },
    /**
     * What comes in the same step as the end of the group may be told before it, or is not told any more. Compared: how
     * the channel ends.
     */
    GROUPS_END_AT_ONCE {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            if (ended(section) && scenario.ops().contains(Op.op(Op.Kind.DEREGISTER))) {
                // epoll's channel that has no loop is left open.
                return upTo(section, 0);
            }
            List<String> alike = new ArrayList<>(section);
            if (ended(section)) {
                alike.removeIf(line -> line.matches("(read|exception|event|readComplete|WRITE|[A-Z_]*REGION).*"));
            }
            return alike;
        }
    },
    /**
     * What the user does in such a write's listener comes later with it, so that what it writes may meet close(), or
     * the end of the output, and so what is set for the listeners after the flush. Of such writes the number is not
     * compared.
     * Compared: that it comes in the same step.
     */
    LISTENERS_OF_WRITES_RUN_AFTER_FLUSH {
        @Override
        List<String> without(Scenario scenario, List<String> section) {
            List<String> any = new ArrayList<>(section);
            if (scenario.actsWhenWritten()) {
                any.replaceAll(line -> line.replaceAll("#[0-9]+", "")
                        .replaceAll("^((WRITE|[A-Z_]*REGION)) (ok|fails)", "$1 done")
                        .replaceAll(" [A-Za-z]+Exception$", " fails")
                        .replaceAll("peer [0-9]+ bytes [0-9a-f]+", "peer some bytes"));
                any.removeIf(line -> line.matches("WRITE_AND_FLUSH (ok|fails|done)|readComplete"));
                any.sort(null);
            }
            return any;
        }
    };

    /** Ends the last section of which all is compared that is to be. */
    private static final String OVER = "What comes after this is not compared.";

    /** The section with what differs made alike. */
    abstract List<String> without(Scenario scenario, List<String> section);

    private static boolean fails(List<String> section) {
        return section.stream().anyMatch(line -> line.endsWith(" fails"));
    }

    private static boolean ended(List<String> section) {
        return section.stream().anyMatch(line -> line.matches("state .*, group end(ed|s)"));
    }

    /** What is told in another order; what ends a comparison keeps its place. */
    private static final String UNORDERED = "(event ChannelOutputShutdownEvent|closeFuture"
            + "|(?!CLOSE_FORCIBLY|CONNECT_REFUSED#[0-9]+ ConnectException|WRITE|[A-Z_]*REGION)[A-Z_]+#[0-9]+ "
            + "|[A-Z_]*#[0-9]+ throws ).*";

    private static List<String> upTo(List<String> section, int end) {
        List<String> first = new ArrayList<>(section.subList(0, end));
        first.add(OVER);
        return first;
    }

    private static boolean isWritten(String line) {
        return line.matches("(WRITE|WRITE_AND_FLUSH|REGION|[A-Z]+_REGION)#[0-9]+ (ok|[A-Za-z]*Exception)");
    }

    /** Whether what comes after this section is not to be compared. */
    static boolean isOver(List<List<String>> sections, int index) {
        return index < sections.size() && sections.get(index).contains(OVER);
    }

    /** The section with all that differs on purpose made alike. */
    static List<String> withoutAll(Scenario scenario, List<String> section) {
        List<String> alike = section;
        for (Difference difference : values()) {
            alike = difference.without(scenario, alike);
        }
        return Trace.withReadsJoined(alike);
    }
}
