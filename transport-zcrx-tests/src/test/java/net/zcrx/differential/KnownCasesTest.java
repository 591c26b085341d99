// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import static net.zcrx.differential.Op.op;
import static net.zcrx.differential.Scenario.Role.ACCEPTED;
import static net.zcrx.differential.Scenario.Role.CLIENT;
import static net.zcrx.differential.Scenario.Role.SERVER;
import static net.zcrx.differential.Step.Where.HELD;
import static net.zcrx.differential.Step.Where.LOOP;
import static net.zcrx.differential.Step.Where.OFF_LOOP;
import static net.zcrx.differential.Step.step;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import net.zcrx.differential.Op.Kind;
import net.zcrx.differential.Reaction.Callback;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sequences in which zcrx once showed something else than epoll. */
class KnownCasesTest {
    /** On a busy machine epoll itself may give another thing than usual. */
    private static final int TRIES = 5;

    private static Bench bench;

    @BeforeAll
    static void open() throws IOException {
        bench = new Bench();
    }

    @AfterAll
    static void close() throws IOException {
        bench.close();
    }

    @Test
    void shouldApplyEachDifferenceOnce() {
        Set<Difference> all = new HashSet<>(EnumSet.allOf(WriteDifference.class));
        all.addAll(EnumSet.allOf(ChannelDifference.class));
        assertEquals(all, Set.copyOf(Difference.IN_ORDER));
        assertEquals(all.size(), Difference.IN_ORDER.size());
    }

    private static Arguments named(String name, Scenario scenario) {
        return Arguments.of(name, scenario);
    }

    static Stream<Arguments> ofClosing() {
        return Stream.of(
                named(
                        "close() and the end of the group in one task",
                        Scenario.of(ACCEPTED, step(LOOP, op(Kind.CLOSE), op(Kind.SHUT_DOWN_GROUP)))),
                named(
                        "the same with a quiet period",
                        Scenario.of(ACCEPTED, step(LOOP, op(Kind.CLOSE), op(Kind.SHUT_DOWN_GROUP, 10)))),
                named("the end of the group in a task", Scenario.of(ACCEPTED, step(LOOP, op(Kind.SHUT_DOWN_GROUP)))),
                named(
                        "the end of the group while a peer reads what is written",
                        Scenario.of(
                                ACCEPTED,
                                step(LOOP, op(Kind.WRITE_AND_FLUSH, Subject.BIG), op(Kind.SHUT_DOWN_GROUP, 10)))),
                named(
                        "the end of the group while a peer does not read",
                        Scenario.of(
                                ACCEPTED,
                                step(OFF_LOOP, op(Kind.PEER_STALL)),
                                step(LOOP, op(Kind.WRITE_AND_FLUSH, Subject.BIG)),
                                step(LOOP, op(Kind.SHUT_DOWN_GROUP, 10)))),
                named("closeForcibly()", Scenario.of(ACCEPTED, step(LOOP, op(Kind.CLOSE_FORCIBLY)))),
                named(
                        "a region right before close()",
                        Scenario.of(ACCEPTED, step(LOOP, op(Kind.REGION, 1000), op(Kind.CLOSE)))),
                named(
                        "a foreign region right before close()",
                        Scenario.of(ACCEPTED, step(LOOP, op(Kind.FOREIGN_REGION, 1000), op(Kind.CLOSE)))),
                named(
                        "a region right before shutdownOutput()",
                        Scenario.of(ACCEPTED, step(LOOP, op(Kind.REGION, 1000), op(Kind.SHUTDOWN_OUTPUT)))),
                named(
                        "close() while the peer's data, end and reset wait",
                        Scenario.of(
                                ACCEPTED, step(HELD, op(Kind.PEER_SEND, 100), op(Kind.PEER_RESET), op(Kind.CLOSE)))));
    }

    static Stream<Arguments> ofClosingByForce() {
        return Stream.of(
                named(
                        "closeForcibly() when data has come in the same pass",
                        Scenario.of(
                                ACCEPTED,
                                step(
                                        LOOP,
                                        op(Kind.PEER_SEND, 1000),
                                        op(Kind.CLOSE_FORCIBLY),
                                        op(Kind.WRITE_AND_FLUSH, 1000)))),
                named(
                        "closeForcibly() behind close()",
                        Scenario.of(
                                SERVER,
                                step(OFF_LOOP, op(Kind.REGISTER)),
                                step(OFF_LOOP, op(Kind.BIND)),
                                step(LOOP, op(Kind.CLOSE), op(Kind.CLOSE_FORCIBLY)))));
    }

    static Stream<Arguments> ofNoLoop() {
        return Stream.of(
                named(
                        "a write on no loop",
                        Scenario.of(
                                ACCEPTED, step(LOOP, op(Kind.DEREGISTER)), step(LOOP, op(Kind.WRITE_AND_FLUSH, 100)))),
                named(
                        "a region on no loop",
                        Scenario.of(
                                ACCEPTED, step(LOOP, op(Kind.DEREGISTER)), step(LOOP, op(Kind.FOREIGN_REGION, 1000)))),
                named(
                        "two writes in the task that calls deregister()",
                        Scenario.of(
                                ACCEPTED,
                                step(
                                        LOOP,
                                        op(Kind.DEREGISTER),
                                        op(Kind.WRITE_AND_FLUSH, 3000),
                                        op(Kind.WRITE_AND_FLUSH, 1)))),
                named(
                        "read() of a listener on no loop",
                        Scenario.of(
                                        SERVER,
                                        step(OFF_LOOP, op(Kind.REGISTER)),
                                        step(OFF_LOOP, op(Kind.BIND)),
                                        step(OFF_LOOP, op(Kind.DEREGISTER)),
                                        step(OFF_LOOP, op(Kind.READ)),
                                        step(OFF_LOOP, op(Kind.PEER_CONNECT)),
                                        step(OFF_LOOP, op(Kind.REGISTER_ELSEWHERE)))
                                .withoutAutoRead()));
    }

    static Stream<Arguments> ofHalfClosing() {
        Scenario ownEndFirst =
                Scenario.of(ACCEPTED, step(LOOP, op(Kind.SHUTDOWN_OUTPUT)), step(OFF_LOOP, op(Kind.PEER_END)));
        return Stream.of(
                named("own shutdownOutput(), then the peer's end", ownEndFirst.withHalfClosure()),
                named("the same without half-closure", ownEndFirst),
                named(
                        "own shutdownOutput(), then the peer's reset",
                        Scenario.of(ACCEPTED, step(LOOP, op(Kind.SHUTDOWN_OUTPUT)), step(OFF_LOOP, op(Kind.PEER_RESET)))
                                .withHalfClosure()),
                named("own shutdownInput()", Scenario.of(ACCEPTED, step(LOOP, op(Kind.SHUTDOWN_INPUT)))),
                named(
                        "own shutdownInput() with half-closure",
                        Scenario.of(ACCEPTED, step(LOOP, op(Kind.SHUTDOWN_INPUT)))
                                .withHalfClosure()),
                named(
                        "close() when the end of the input is told",
                        Scenario.of(ACCEPTED, step(OFF_LOOP, op(Kind.PEER_END)))
                                .withHalfClosure()
                                .withReaction(Callback.USER_EVENT, op(Kind.CLOSE))),
                named(
                        "shutdownInput() behind close()",
                        Scenario.of(
                                ACCEPTED,
                                step(LOOP, op(Kind.WRITE_AND_FLUSH, 3000), op(Kind.CLOSE), op(Kind.SHUTDOWN_INPUT)))),
                named("shutdown()", Scenario.of(ACCEPTED, step(LOOP, op(Kind.SHUTDOWN)))));
    }

    static Stream<Arguments> ofReading() {
        return Stream.of(
                named(
                        "read(), then auto-read off on another thread",
                        Scenario.of(
                                        ACCEPTED,
                                        step(HELD, op(Kind.AUTO_READ, 1), op(Kind.READ), op(Kind.AUTO_READ)),
                                        step(OFF_LOOP, op(Kind.PEER_SEND, 100)))
                                .withoutAutoRead()),
                named(
                        "auto-read off on another thread, then read()",
                        Scenario.of(
                                        ACCEPTED,
                                        step(HELD, op(Kind.AUTO_READ), op(Kind.READ)),
                                        step(OFF_LOOP, op(Kind.PEER_SEND, 100)))
                                .cutting()),
                named(
                        "read() before bind()",
                        Scenario.of(
                                SERVER,
                                step(OFF_LOOP, op(Kind.REGISTER)),
                                step(LOOP, op(Kind.READ)),
                                step(LOOP, op(Kind.BIND)),
                                step(OFF_LOOP, op(Kind.PEER_CONNECT)))),
                named(
                        "a connection that is reset before it is accepted",
                        Scenario.of(
                                SERVER,
                                step(OFF_LOOP, op(Kind.REGISTER)),
                                step(OFF_LOOP, op(Kind.BIND)),
                                step(HELD, op(Kind.PEER_CONNECT_AND_RESET), op(Kind.PEER_CONNECT)))),
                named(
                        "a handler on an executor that rejects",
                        Scenario.of(ACCEPTED, step(OFF_LOOP, op(Kind.REJECT)), step(OFF_LOOP, op(Kind.PEER_SEND, 100)))
                                .withExecutor()));
    }

    static Stream<Arguments> ofRegistering() {
        return Stream.of(
                named(
                        "a listener that registers again in channelUnregistered",
                        Scenario.of(
                                        SERVER,
                                        step(OFF_LOOP, op(Kind.REGISTER)),
                                        step(OFF_LOOP, op(Kind.BIND)),
                                        step(LOOP, op(Kind.DEREGISTER)))
                                .withReaction(Callback.UNREGISTERED, op(Kind.REGISTER))),
                named(
                        "another loop in channelUnregistered",
                        Scenario.of(ACCEPTED, step(LOOP, op(Kind.DEREGISTER)), step(OFF_LOOP, op(Kind.PEER_SEND, 100)))
                                .withReaction(Callback.UNREGISTERED, op(Kind.REGISTER_ELSEWHERE))),
                named(
                        "another loop when deregister() is done",
                        Scenario.of(ACCEPTED, step(LOOP, op(Kind.DEREGISTER)), step(OFF_LOOP, op(Kind.PEER_SEND, 100)))
                                .withReaction(Callback.DEREGISTERED, op(Kind.REGISTER_ELSEWHERE))));
    }

    static Stream<Arguments> ofRegions() {
        return Stream.of(
                named(
                        "a region that gives nothing at first",
                        Scenario.of(ACCEPTED, step(LOOP, op(Kind.SLOW_REGION, 1000)))),
                named("a region that throws", Scenario.of(ACCEPTED, step(LOOP, op(Kind.BAD_REGION, 1000)))));
    }

    static Stream<Arguments> ofConnecting() {
        return Stream.of(
                named(
                        "addresses while connecting",
                        Scenario.of(
                                CLIENT, step(OFF_LOOP, op(Kind.REGISTER)), step(LOOP, op(Kind.CONNECT_UNANSWERED)))),
                named(
                        "a write while connecting",
                        Scenario.of(
                                CLIENT,
                                step(OFF_LOOP, op(Kind.REGISTER)),
                                step(LOOP, op(Kind.CONNECT_UNANSWERED)),
                                step(LOOP, op(Kind.WRITE_AND_FLUSH, 100)))),
                named(
                        "a connection that is refused",
                        Scenario.of(CLIENT, step(OFF_LOOP, op(Kind.REGISTER)), step(LOOP, op(Kind.CONNECT_REFUSED)))),
                named(
                        "connect() that is cancelled",
                        Scenario.of(
                                CLIENT,
                                step(OFF_LOOP, op(Kind.REGISTER)),
                                step(LOOP, op(Kind.CONNECT_UNANSWERED)),
                                step(LOOP, op(Kind.CANCEL_CONNECT)))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({
        "ofClosing",
        "ofClosingByForce",
        "ofNoLoop",
        "ofHalfClosing",
        "ofReading",
        "ofRegistering",
        "ofRegions",
        "ofConnecting"
    })
    void shouldShowWhatEpollShows(String name, Scenario scenario) throws Exception {
        Comparison comparison = bench.compare(scenario);
        for (int again = 1; again < TRIES && !comparison.stable(); again++) {
            comparison = bench.compare(scenario);
        }
        if (!comparison.stable()) {
            fail(name + " gives now this, now that on epoll itself:\n" + comparison);
        }
        if (!comparison.isSame()) {
            fail(name + ": " + comparison);
        }
    }
}
