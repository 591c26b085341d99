// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import java.util.ArrayList;
import java.util.List;

/** What zcrx shows otherwise than epoll of what a channel receives, and of how it begins, moves and ends. */
enum ChannelDifference implements Difference {
    /**
     * A group that ends without quiet period and timeout leaves epoll's channels open and active. Ours are closed then.
     * Compared, unless the user closes the channel, too: nothing of the channel after that step.
     */
    CHANNELS_CLOSE_WITH_THEIR_LOOP {
        @Override
        public List<String> without(Scenario scenario, List<String> section) {
            boolean atOnce =
                    scenario.ops().contains(Op.op(Op.Kind.SHUT_DOWN_GROUP)) && !scenario.closesBeforeGroupEnds();
            return atOnce && Difference.ended(section) ? List.of("group ended") : section;
        }
    },
    /**
     * epoll hands out a connection that was reset before it was accepted, and tells its end at once. Ours is not handed
     * out: nobody could do anything with it, and health checks and port scans make such connections all day. Nor are
     * connections once another thread has switched auto-read off, of which epoll accepts one more. Compared: all else.
     */
    RESET_CONNECTIONS_ARE_NOT_HANDED_OUT {
        @Override
        public List<String> without(Scenario scenario, List<String> section) {
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
        public List<String> without(Scenario scenario, List<String> section) {
            boolean halfClosure = scenario.halfClosure() || scenario.ops().contains(Op.op(Op.Kind.HALF_CLOSURE, 1));
            for (int i = 0; halfClosure && i < section.size(); i++) {
                if (section.get(i).matches("CONNECT_REFUSED#[0-9]+ ConnectException")) {
                    return Difference.upTo(section, i + 1);
                }
            }
            return section;
        }
    },
    /**
     * A second call that ends the output, while the first still waits for what was flushed before it, ends as the
     * first. epoll's fails, as the first has no need to wait. Compared: all else.
     */
    SHUTDOWN_OF_OUTPUT_MAY_BE_CALLED_TWICE {
        private static final String CALL = "SHUTDOWN(_OUTPUT)?#[0-9]+ ";

        @Override
        public List<String> without(Scenario scenario, List<String> section) {
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
        public List<String> without(Scenario scenario, List<String> section) {
            List<String> alike = new ArrayList<>(section);
            alike.replaceAll(line -> line.startsWith("state [-") ? line.replace(" writable", "") : line);
            return alike;
        }
    },
    /**
     * epoll closes within close(), ends the output within shutdownOutput(), and deregisters in the task after it. The
     * ring ends its requests first, in the loop's next pass: these promises are done, and the end of the output is
     * told, after what the same task did next. What comes of registering is told by another loop, and what an action
     * throws at once by the thread that calls it. Compared: that it is in the same step, and how.
     */
    LEAVING_TAKES_A_PASS {
        @Override
        public List<String> without(Scenario scenario, List<String> section) {
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
        public List<String> without(Scenario scenario, List<String> section) {
            boolean refuses = scenario.ops().contains(Op.op(Op.Kind.REJECT));
            return refuses ? List.of("an executor rejects") : section;
        }
    },
    /**
     * A buffer holds all bytes that arrived at once, so a handler's exception comes between other buffers than with
     * epoll.
     */
    READS_HAVE_OTHER_LENGTHS {
        @Override
        public List<String> without(Scenario scenario, List<String> section) {
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
        public List<String> without(Scenario scenario, List<String> section) {
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
        public List<String> without(Scenario scenario, List<String> section) {
            List<String> alike = new ArrayList<>(section);
            if (scenario.ops().stream().anyMatch(op -> op.kind() == Op.Kind.PEER_SEND)) {
                alike.replaceAll(
                        line -> line.startsWith("state [-") ? line.replaceAll(" (end|reset)\\b", " gone") : line);
            }
            return alike;
        }
    },
    /** epoll's channel that was closed by force tells the end of an output that has ended already. */
    CLOSED_CHANNELS_TELL_NO_SHUTDOWN {
        @Override
        public List<String> without(Scenario scenario, List<String> section) {
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
        public List<String> without(Scenario scenario, List<String> section) {
            boolean registers = scenario.steps().stream()
                    .dropWhile(step -> step.ops().stream().noneMatch(op -> op.kind() == Op.Kind.SHUT_DOWN_GROUP))
                    .flatMap(step -> step.ops().stream())
                    .anyMatch(op -> op.kind() == Op.Kind.REGISTER || op.kind() == Op.Kind.REGISTER_ELSEWHERE);
            return registers && Difference.ended(section) ? List.of("group ended") : section;
        }
    },
    /**
     * A connection that does not stand yet has nothing to shut down; epoll's tells its end, or stays as it is, ours
     * ends. Compared: nothing of the channel after that.
     */
    NOTHING_TO_SHUT_DOWN {
        @Override
        public List<String> without(Scenario scenario, List<String> section) {
            boolean unconnected = section.stream().anyMatch(line -> line.matches("SHUTDOWN[A-Z_]*#[0-9]+ NotYet.*"))
                    || section.stream().anyMatch(line -> line.matches("event Channel(In|Out)put.* .o-.*"))
                    || section.stream().anyMatch(line -> line.startsWith("SHUTDOWN"))
                            && section.stream().anyMatch(line -> line.matches("state .* to null.* shut, no peer.*"));
            return unconnected ? Difference.upTo(section, 0) : section;
        }
    },
    /**
     * A connection attempt that is under way when the channel leaves its loop may come to its end still. epoll's stands
     * still until the next registration. Compared: nothing of the channel after that.
     */
    CONNECTS_DO_NOT_STAND_STILL {
        @Override
        public List<String> without(Scenario scenario, List<String> section) {
            return section.contains("active [oa-]") ? Difference.upTo(section, 0) : section;
        }
    },
    /**
     * What comes in the same step as the end of the group may be told before it, or is not told any more. Compared: how
     * the channel ends.
     */
    GROUPS_END_AT_ONCE {
        @Override
        public List<String> without(Scenario scenario, List<String> section) {
            if (Difference.ended(section) && scenario.ops().contains(Op.op(Op.Kind.DEREGISTER))) {
                // epoll's channel that has no loop is left open.
                return Difference.upTo(section, 0);
            }
            List<String> alike = new ArrayList<>(section);
            if (Difference.ended(section)) {
                alike.removeIf(line -> line.matches("(read|exception|event|readComplete|WRITE|[A-Z_]*REGION).*"));
            }
            return alike;
        }
    };

    /** What is told in another order; what ends a comparison keeps its place. */
    private static final String UNORDERED = "(event ChannelOutputShutdownEvent|closeFuture"
            + "|(?!CLOSE_FORCIBLY|CONNECT_REFUSED#[0-9]+ ConnectException|WRITE|[A-Z_]*REGION)[A-Z_]+#[0-9]+ "
            + "|[A-Z_]*#[0-9]+ throws ).*";
}
