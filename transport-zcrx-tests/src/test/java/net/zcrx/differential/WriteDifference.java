// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import java.util.ArrayList;
import java.util.List;

/** What zcrx shows otherwise than epoll of writes: when they are done, and how they end. */
enum WriteDifference implements Difference {
    /**
     * epoll writes within flush(), and the write's promise is done when that returns. The ring writes when the loop's
     * pass ends: the promise is done later, after what the same task did next. Compared: that it is done in the same
     * step, with the same result, in the same order among writes.
     */
    WRITES_END_AFTER_FLUSH {
        @Override
        public List<String> without(Scenario scenario, List<String> section) {
            List<String> others = new ArrayList<>(section);
            others.removeIf(WriteDifference::isWritten);
            section.stream().filter(WriteDifference::isWritten).forEach(others::add);
            return others;
        }
    },
    /**
     * A write that meets a reset fails on both. Which of several fails with the socket's error, and which because that
     * one closed the channel, depends on when each was sent, as does whether a read has met it before.
     */
    WRITES_FAIL_WITH_WHAT_THEY_MEET {
        @Override
        public List<String> without(Scenario scenario, List<String> section) {
            List<String> alike = new ArrayList<>(section);
            alike.replaceAll(line ->
                    line.replaceAll("^((WRITE|WRITE_AND_FLUSH|[A-Z_]*REGION)#[0-9]+) [A-Za-z]+Exception$", "$1 fails"));
            if (scenario.writes()) {
                alike.replaceAll(line -> line.replaceAll("^(removed) .*", "$1"));
            }
            if (!Difference.fails(alike)) {
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
    /**
     * What was written to a channel that is closed by force fails at once, and closes it for good; what was flushed in
     * the same task does not go out. On epoll it fails when the user closes the channel, too. Compared: nothing of the
     * channel after that.
     */
    CLOSED_BY_FORCE_FAILS_WRITES {
        @Override
        public List<String> without(Scenario scenario, List<String> section) {
            boolean over = scenario.writes() || scenario.endsGroup();
            for (int i = 0; over && i < section.size(); i++) {
                if (section.get(i).startsWith("CLOSE_FORCIBLY")) {
                    List<String> before = Difference.upTo(section, i);
                    before.removeIf(line -> line.endsWith(" fails"));
                    return before;
                }
            }
            return section;
        }
    },
    /**
     * A region that has given nothing is asked once more when the channel closes, or the output or the group ends:
     * epoll does not. Compared: all but whether its bytes arrive.
     */
    SLOW_REGIONS_ARE_ASKED_AT_THE_END {
        @Override
        public List<String> without(Scenario scenario, List<String> section) {
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
        public List<String> without(Scenario scenario, List<String> section) {
            List<String> alike = new ArrayList<>(section);
            if (Difference.fails(section)) {
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
        public List<String> without(Scenario scenario, List<String> section) {
            return Difference.fails(section) && section.stream().anyMatch(line -> line.startsWith("DEREGISTER#"))
                    ? Difference.upTo(section, 0)
                    : section;
        }
    },
    /**
     * How much of a write that is more than the sockets hold has gone out when the channel closes is another thing each
     * time, and so whether it is done. Compared: all but that.
     */
    BIG_WRITES_MEET_THE_END {
        @Override
        public List<String> without(Scenario scenario, List<String> section) {
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
     * What ends the output waits for what was flushed: what comes meanwhile is read still, and close() may overtake it.
     * Compared: all but that.
     */
    SHUTDOWN_WAITS_FOR_WRITES {
        @Override
        public List<String> without(Scenario scenario, List<String> section) {
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
        public List<String> without(Scenario scenario, List<String> section) {
            boolean connects = scenario.writesWhileConnecting()
                    && section.stream().anyMatch(line -> line.matches("CONNECT#[0-9]+ ok"));
            boolean waits =
                    scenario.ops().stream().anyMatch(op -> op.kind() == Op.Kind.SLOW_REGION || op.arg() == Subject.BIG)
                            && section.stream().anyMatch(line -> line.startsWith("state [oa-]"));
            return connects || waits ? Difference.upTo(section, 0) : section;
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
        public List<String> without(Scenario scenario, List<String> section) {
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

    private static boolean isWritten(String line) {
        return line.matches("(WRITE|WRITE_AND_FLUSH|REGION|[A-Z]+_REGION)#[0-9]+ (ok|[A-Za-z]*Exception)");
    }
}
