// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import net.zcrx.nic.NicInspector;
import net.zcrx.nic.check.Requirement;
import net.zcrx.nic.check.ZeroCopyCheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * However a lease ends in mid-transfer, no page is lost, and the queue can be used again. One of the four ends by the
 * commit's number ({@code ZCRX_PICK}), and each of them five times in a full run ({@code ZCRX_FULL}).
 */
@Tag("vm")
@Timeout(1200)
class PodEndTest {
    private static final boolean FULL = "1".equals(System.getenv("ZCRX_FULL"));
    private static final int ROUNDS = FULL ? 5 : 1;
    private static final int ENDS = 4;
    private static final long MIB = 1 << 20;
    /** More than is sent before the end. */
    private static final long ENDLESS = 4000 * MIB;

    private interface End {
        void of(Command server) throws Exception;
    }

    private static void isDue(int end) {
        String number = System.getenv("ZCRX_PICK");
        long pick = number == null || number.isEmpty() ? 0 : Long.parseLong(number);
        assumeTrue(FULL || pick % ENDS == end, "another end of a lease is this commit's; a full run has all");
    }

    @Test
    void shouldSurviveEndOfPod() throws Exception {
        isDue(0);
        for (int round = 0; round < ROUNDS; round++) {
            endInMidTransfer(server -> {
                Command.run("ip", "netns", "del", "pod");
                // The namespace lives as long as a process in it.
                server.kill();
                Waiting.await(
                        "the namespace ends, and its netkit with it",
                        () -> Waiting.value(() -> NicInspector.index("zcrx0-host"))
                                .isEmpty());
            });
            queueCanBeBoundAgain();
        }
    }

    @Test
    void shouldSurviveEndOfNetkit() throws Exception {
        isDue(1);
        for (int round = 0; round < ROUNDS; round++) {
            endInMidTransfer(server -> Command.run("ip", "link", "del", "zcrx0-host"));
            queueCanBeBoundAgain();
        }
    }

    @Test
    void shouldSurviveEndOfNic() throws Exception {
        isDue(2);
        for (int round = 0; round < ROUNDS; round++) {
            endInMidTransfer(server -> Command.run("nic-down"));
        }
    }

    @Test
    void shouldSurviveEndOfProcess() throws Exception {
        isDue(3);
        for (int round = 0; round < ROUNDS; round++) {
            try (Pod pod = Pod.up(1)) {
                try (Command server = pod.server(1)) {
                    inMidTransfer(server, Command::kill);
                }
                // At once, while the kernel still closes the ring of the other.
                try (Command server = pod.server(1)) {
                    server.says("listening");
                    Nic.send(Pod.ADDRESS, Pod.PORT, 4 * MIB).endsWell();
                    server.says("DATA-OK received=" + 4 * MIB + " zeroCopy=" + 4 * MIB);
                }
            }
            Nic.leaksNothing();
        }
    }

    private static void endInMidTransfer(End end) throws Exception {
        try (Pod pod = Pod.up(1);
                Command server = pod.server(1)) {
            inMidTransfer(server, end);
        }
    }

    private static void inMidTransfer(Command server, End end) throws Exception {
        server.says("listening");
        try (Command sender = Nic.send(Pod.ADDRESS, Pod.PORT, ENDLESS)) {
            Waiting.await("data flows", () -> Waiting.value(() -> Nic.counter("iov_bytes")) > 2 * MIB);
            assertTrue(sender.isRunning());
            end.of(server);
        }
    }

    private static void queueCanBeBoundAgain() throws Exception {
        Pod.awaitFreeQueue();
        Requirement driver = ZeroCopyCheck.tryDriver(NicInspector.inspect(Nic.NAME), 1);
        assertEquals(Requirement.Status.OK, driver.status(), driver::toString);
        Nic.leaksNothing();
    }
}
