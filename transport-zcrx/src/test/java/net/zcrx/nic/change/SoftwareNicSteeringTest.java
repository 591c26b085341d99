// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import net.zcrx.nic.Child;
import net.zcrx.nic.NicException;
import net.zcrx.nic.SoftwareNic;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Steering by the rules of a NIC that has them. */
@Tag("vm")
@Timeout(300)
class SoftwareNicSteeringTest {
    private static final InetSocketAddress WILDCARD = new InetSocketAddress("::", 8000);

    @TempDir
    Path path;

    @Test
    void shouldInstallRulesForBothFamiliesAndRemoveThem() throws Exception {
        SoftwareNic.up();
        FlowSteering steering = install(WILDCARD, 1);
        assertEquals(
                List.of("flow-type tcp4 dst-port 8000 action 1", "flow-type tcp6 dst-port 8000 action 1"),
                steering.rules());
        assertEquals(Optional.empty(), steering.notice());
        List<String> rules = SoftwareNic.rules();
        assertEquals(2, rules.size(), rules::toString);
        assertTrue(rules.get(0).contains("TCP over IPv4"), rules::toString);
        assertTrue(rules.get(1).contains("TCP over IPv6"), rules::toString);
        for (String rule : rules) {
            assertTrue(rule.contains("Dest port: 8000 mask: 0x0"), rule);
            assertTrue(rule.contains("Action: Direct to queue 1"), rule);
        }
        steering.remove();
        assertEquals(List.of(), SoftwareNic.rules());
        assertEquals(0, records());
        steering.remove();
    }

    @Test
    void shouldInstallRuleForOneAddress() throws Exception {
        SoftwareNic.up();
        FlowSteering ipv4 = install(new InetSocketAddress("10.9.0.1", 8000), 2);
        FlowSteering ipv6 = install(new InetSocketAddress("fd00:9::1", 8000), 3);
        List<String> rules = SoftwareNic.rules();
        assertEquals(2, rules.size(), rules::toString);
        assertTrue(rules.get(0).contains("Dest IP addr: 10.9.0.1 mask: 0.0.0.0"), rules::toString);
        assertTrue(rules.get(1).contains("Dest IP addr: fd00:9::1 mask: ::"), rules::toString);
        ipv4.remove();
        assertEquals(1, SoftwareNic.rules().size());
        ipv6.remove();
        assertEquals(List.of(), SoftwareNic.rules());
    }

    @Test
    void shouldSteerConnectionToQueue() throws Exception {
        SoftwareNic.up();
        try (ServerSocket server = listen()) {
            // Nothing else arrives on queue 1: nic-up has set up RSS so.
            FlowSteering steering = install(local(server), 1);
            connect(server, 10);
            long steered = SoftwareNic.packets(1);
            assertTrue(steered >= 10, () -> steered + " packets arrived on queue 1");
            steering.remove();
            connect(server, 10);
            assertEquals(steered, SoftwareNic.packets(1), "nothing is steered any more");
        }
    }

    @Test
    void shouldSpreadConnectionsOverQueuesByContext() throws Exception {
        SoftwareNic.up();
        try (ServerSocket server = listen()) {
            FlowSteering steering = install(local(server), 1, 3);
            assertEquals(Optional.empty(), steering.notice());
            assertEquals(
                    List.of("flow-type tcp4 dst-ip 10.9.0.1 dst-port " + server.getLocalPort() + " context 1"),
                    steering.rules());
            // That of 64 connections all get one of two queues does not happen.
            connect(server, 64);
            assertTrue(SoftwareNic.packets(1) > 0);
            assertTrue(SoftwareNic.packets(3) > 0);
            long spread = SoftwareNic.packets(1) + SoftwareNic.packets(3);
            assertTrue(spread >= 64, () -> spread + " packets arrived on queues 1 and 3");
            steering.remove();
        }
        assertEquals(List.of(), SoftwareNic.rules());
        assertTrue(Child.shell("ethtool -x zcnic0 context 1").code() != 0, "the context is gone");
    }

    @Test
    void shouldTakeFirstQueueWhereThereAreNoContexts() throws Exception {
        SoftwareNic.up("--no-contexts");
        FlowSteering steering = install(WILDCARD, 1, 2);
        assertEquals(
                Optional.of(
                        "The driver zcnic of zcnic0 has no RSS contexts, so port 8000 is steered to queue 1 alone and"
                                + " not spread over [1, 2]."),
                steering.notice());
        assertTrue(SoftwareNic.rules().get(0).contains("Action: Direct to queue 1"));
        steering.remove();
        assertEquals(List.of(), SoftwareNic.rules());
    }

    @Test
    void shouldKeepRulesWhileAnotherListenerNeedsThem() throws Exception {
        SoftwareNic.up();
        FlowSteering first = install(WILDCARD, 1, 2);
        FlowSteering second = install(WILDCARD, 1, 2);
        assertEquals(first.rules(), second.rules());
        assertEquals(2, SoftwareNic.rules().size());
        first.remove();
        assertEquals(2, SoftwareNic.rules().size());
        second.remove();
        assertEquals(List.of(), SoftwareNic.rules());
    }

    @Test
    void shouldRefuseOtherQueueForSamePort() throws Exception {
        SoftwareNic.up();
        FlowSteering first = install(WILDCARD, 1);
        String sentence = refusal(WILDCARD, 2);
        assertTrue(sentence.startsWith("Port 8000 of zcnic0 is steered to queues [1] for process "), sentence);
        assertEquals(2, SoftwareNic.rules().size());
        first.remove();
        assertEquals(List.of(), SoftwareNic.rules());
    }

    @Test
    void shouldUseRulesOfOperatorAndLeaveThem() throws Exception {
        SoftwareNic.up("--rule", "8000:1");
        FlowSteering steering = install(WILDCARD, 1);
        assertEquals(List.of(), steering.rules());
        steering.remove();
        assertEquals(2, SoftwareNic.rules().size());
    }

    @Test
    void shouldRefuseRuleOfOperatorThatIsInTheWay() throws Exception {
        SoftwareNic.up("--rule", "8000:2");
        assertEquals(
                "Rule 0 of zcnic0 is in the way (flow-type tcp4 dst-port 8000 action 2). Delete it with: ethtool -N"
                        + " zcnic0 delete 0",
                refusal(WILDCARD, 1));
        assertEquals(2, SoftwareNic.rules().size());
        assertEquals(0, records());
    }

    @Test
    void shouldLeaveNothingBehindWhereTableIsFull() throws Exception {
        SoftwareNic.up("--rules-max", "1");
        String sentence = refusal(WILDCARD, 1);
        assertTrue(sentence.startsWith("The table of rules of zcnic0 is full ("), sentence);
        assertTrue(sentence.endsWith("delete one with: sudo ethtool -N zcnic0 delete LOCATION"), sentence);
        assertEquals(List.of(), SoftwareNic.rules());
        refusal(WILDCARD, 1, 2);
        assertEquals(List.of(), SoftwareNic.rules());
        assertTrue(Child.shell("ethtool -x zcnic0 context 1").code() != 0, "no context is left");
        assertEquals(0, records());
    }

    @Test
    void shouldSayThatRulesAreSwitchedOff() throws Exception {
        SoftwareNic.up();
        SoftwareNic.ask("ethtool -K zcnic0 ntuple off");
        assertEquals(
                "Rules are switched off on zcnic0, so \"flow-type tcp4 dst-port 8000 action 1\" cannot be installed."
                        + " Fix"
                        + " it with: sudo ethtool -K zcnic0 ntuple on",
                refusal(WILDCARD, 1));
        assertEquals(0, records());
    }

    @Test
    void shouldSayThatThereIsNoSuchQueue() throws Exception {
        SoftwareNic.up();
        assertTrue(refusal(WILDCARD, 4).startsWith("zcnic0 has no receive queue 4: there are 4"));
    }

    @Test
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "0",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldSayThatCapabilityIsMissing() throws Exception {
        SoftwareNic.up();
        Child.Result result = Child.shell("setpriv --bounding-set=-all --inh-caps=-all "
                + Child.java(FlowSteeringTest.Steer.class, "zcnic0", path.toString()));
        assertTrue(
                result.orFail().contains("zcnic0 was not changed. This process lacks CAP_NET_ADMIN"), result.output());
        assertEquals(0, records());
    }

    @Test
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "1",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldRemoveRulesOfProcessThatWasKilled() throws Exception {
        SoftwareNic.up();
        Process owner = startOwner();
        assertEquals(2, SoftwareNic.rules().size());
        assertEquals(List.of(), FlowSteering.removeStale(new StateDirectory(path), "zcnic0"), "its owner lives");
        assertEquals(2, SoftwareNic.rules().size());
        owner.destroyForcibly();
        assertTrue(owner.waitFor(30, TimeUnit.SECONDS));
        assertEquals(2, SoftwareNic.rules().size());
        assertEquals(
                List.of("flow-type tcp4 dst-port 8000 context 1", "flow-type tcp6 dst-port 8000 context 1"),
                FlowSteering.removeStale(new StateDirectory(path), "zcnic0"));
        assertEquals(List.of(), SoftwareNic.rules());
        assertTrue(Child.shell("ethtool -x zcnic0 context 1").code() != 0, "the context is gone");
        assertEquals(0, records());
    }

    @Test
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "0",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldReplaceRulesOfProcessThatWasKilled() throws Exception {
        SoftwareNic.up();
        Process owner = startOwner();
        owner.destroyForcibly();
        assertTrue(owner.waitFor(30, TimeUnit.SECONDS));
        FlowSteering steering = install(WILDCARD, 3);
        List<String> rules = SoftwareNic.rules();
        assertEquals(2, rules.size(), rules::toString);
        assertTrue(rules.get(0).contains("Action: Direct to queue 3"), rules::toString);
        steering.remove();
        assertEquals(List.of(), SoftwareNic.rules());
    }

    @Test
    void shouldRemoveNothingFromInterfaceThatIsGone() throws Exception {
        SoftwareNic.up();
        FlowSteering steering = install(WILDCARD, 1);
        SoftwareNic.ask("nic-down");
        steering.remove();
        assertEquals(0, records());
    }

    /** Steers port 8000 to two queues of the interface, and waits to be killed. */
    static final class RuleOwner {
        private RuleOwner() {}

        public static void main(String[] arguments) throws Exception {
            FlowSteering.install(new StateDirectory(Path.of(arguments[0])), "zcnic0", WILDCARD, new int[] {1, 2});
            System.out.println("installed");
            System.in.read();
        }
    }

    private Process startOwner() throws Exception {
        Process owner = new ProcessBuilder("sh", "-c", "exec " + Child.java(RuleOwner.class, path.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(owner.getInputStream(), StandardCharsets.UTF_8));
        // A logger on the class path may have words of its own before.
        assertTrue(output.lines().anyMatch("installed"::equals), "it ended without having installed its rules");
        return owner;
    }

    private static ServerSocket listen() throws Exception {
        return new ServerSocket(0, 128, InetAddress.getByName("10.9.0.1"));
    }

    private static InetSocketAddress local(ServerSocket server) {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    /** Connections from the peer's side, one after the other, each with a byte. */
    private static void connect(ServerSocket server, int count) throws Exception {
        Process peer = new ProcessBuilder(
                        "nic-peer",
                        "sh",
                        "-c",
                        "for i in $(seq " + count + "); do echo x | nc -N 10.9.0.1 " + server.getLocalPort() + "; done")
                .inheritIO()
                .start();
        for (int i = 0; i < count; i++) {
            try (Socket socket = server.accept()) {
                assertEquals('x', socket.getInputStream().read());
            }
        }
        assertTrue(peer.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, peer.exitValue());
    }

    private FlowSteering install(InetSocketAddress local, int... queues) throws NicException {
        return FlowSteering.install(new StateDirectory(path), "zcnic0", local, queues);
    }

    private String refusal(InetSocketAddress local, int... queues) {
        return assertThrows(NicException.class, () -> install(local, queues)).getMessage();
    }

    private long records() throws Exception {
        try (var files = Files.list(path)) {
            return files.filter(file -> !file.endsWith("lock")).count();
        }
    }
}
