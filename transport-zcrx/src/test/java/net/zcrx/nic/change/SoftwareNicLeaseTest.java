// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import net.zcrx.Zcrx;
import net.zcrx.nic.HeldQueue;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.NicSnapshot;
import net.zcrx.nic.SoftwareNic;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Queues that are leased to a namespace and given back, looked at by ip and ethtool, too. */
@Tag("vm")
@Timeout(300)
class SoftwareNicLeaseTest {
    @TempDir
    Path path;

    private final List<String> commands = new ArrayList<>();
    private String before;
    private NicSnapshot nicBefore;

    @BeforeEach
    void setUp() throws Exception {
        SoftwareNic.up("--no-split", "--no-rss", "--hds-thresh", "10");
        SoftwareNic.ask("ethtool -K zcnic0 ntuple off; sysctl -q net.ipv4.ip_forward=0");
        makePod();
        before = state();
        nicBefore = NicInspector.inspect("zcnic0");
    }

    private static void makePod() throws Exception {
        SoftwareNic.ask("ip netns del pod 2> /dev/null; ip netns add pod && ip -n pod link set lo up");
    }

    /** Links, routes and rules on both sides, and the sysctl. */
    private static String state() throws Exception {
        return SoftwareNic.ask("ip -br link | cut -d ' ' -f 1; ip route; ip -n pod -br addr; ip -n pod rule;"
                + " ip -n pod -6 rule; sysctl net.ipv4.ip_forward");
    }

    private void allIsAsBefore() throws Exception {
        assertEquals(before, state());
        assertEquals(nicBefore, NicInspector.inspect("zcnic0"));
        assertEquals(List.of(), LeaseNote.readAll(new StateDirectory(path)));
    }

    @Test
    void shouldLeaseAndPutBack() throws Exception {
        QueueLeases.plan(new StateDirectory(path), request("10.10.0.2", 1, 2), commands::add);
        List<String> planned = List.copyOf(commands);
        allIsAsBefore();
        assertTrue(planned.contains("ip link add zcrx0-host type netkit mode l3 peer name zcrx0 numrxqueues 3"));
        assertTrue(planned.contains("ip link set zcrx0 netns /run/netns/pod"));
        assertTrue(planned.contains("ethtool -G zcnic0 tcp-data-split on"));
        assertTrue(planned.contains("ethtool -X zcnic0 context new weight 0 1 1"));
        assertTrue(planned.contains("sysctl -w net.ipv4.ip_forward=1"));

        commands.clear();
        assertEquals("zcrx0", lease("10.10.0.2", 1, 2));
        String context = commands.get(commands.size() - 1).replaceAll("\\D+$|.* context ", "");
        assertEquals(
                planned.stream()
                        .map(command -> command.replace("context CONTEXT", "context " + context))
                        .toList(),
                commands);
        NicSnapshot nic = NicInspector.inspect("zcnic0");
        assertTrue(nic.queue(1).orElseThrow().lease().isPresent());
        assertEquals(2, nic.queue(2).orElseThrow().lease().orElseThrow().queue());
        assertFalse(nic.hashReaches(1) || nic.hashReaches(2));
        assertTrue(SoftwareNic.ask("ip -n pod -br addr").contains("10.10.0.2/32"));
        assertTrue(Zcrx.zeroCopyCause("zcnic0", 1).getMessage().contains("is leased to a container"));

        commands.clear();
        end(1, 2);
        allIsAsBefore();
        assertTrue(commands.contains("ip link del zcrx0-host"), commands::toString);
        assertTrue(commands.contains("ethtool -X zcnic0 context " + context + " delete"), commands::toString);
    }

    /** In the container, on the host, and at the NIC. */
    @Test
    @EnabledIfEnvironmentVariable(
            named = "ZCRX_FULL",
            matches = "1",
            disabledReason = "a full run only: it takes long in a virtual machine")
    void shouldPutBackWhatWasDoneBeforeAFailure() throws Exception {
        putsBack(
                "\"ip link set zcrx0 netns",
                "ip -n pod link add zcrx0 type netkit peer name zcrx0-other",
                "ip -n pod link del zcrx0");
        putsBack("\"ip route add 10.10.0.2/32", "ip route add 10.10.0.2/32 dev zcnic0", "ip route del 10.10.0.2/32");
        SoftwareNic.up("--no-split", "--no-rss", "--rules-max", "1");
        SoftwareNic.ask("ethtool -N zcnic0 flow-type tcp4 dst-port 9 action 0");
        before = state();
        nicBefore = NicInspector.inspect("zcnic0");
        putsBack("The table of rules of zcnic0 is full", "true", "true");
    }

    private void putsBack(String sentence, String obstacle, String removal) throws Exception {
        SoftwareNic.ask(obstacle);
        String there = state();
        NicException refusal = assertThrows(NicException.class, () -> lease("10.10.0.2", 1, 2));
        assertTrue(refusal.getMessage().startsWith(sentence), refusal::getMessage);
        assertEquals(0, refusal.getSuppressed().length);
        assertEquals(there, state());
        SoftwareNic.ask(removal);
        allIsAsBefore();
    }

    @Test
    void shouldSayWhichQueueCannotBeLeased() throws Exception {
        refused("zcnic0 has no receive queue 4: there are 4", 4);
        refused("No queue of zcnic0 would be left for other traffic", 0, 1, 2, 3);
        NicConfigurator.prepare(new StateDirectory(path), "zcnic0", Set.of(3));
        HeldQueue.whileBound("zcnic0", 3, () -> refused("Queue 3 of zcnic0 is in use (io_uring).", 3));
        NicConfigurator.restore(new StateDirectory(path), "zcnic0");
        lease("10.10.0.2", 1);
        refused("Queue 1 of zcnic0 is leased to a container (queue 1 of interface", 1);
        NicException rule = assertThrows(NicException.class, () -> lease("10.10.0.2", 2));
        assertTrue(rule.getMessage().contains("is in the way"), rule::getMessage);
        NicException own = assertThrows(NicException.class, () -> lease("10.9.0.1", 2));
        assertTrue(own.getMessage().startsWith("10.9.0.1 is an address of this host."), own::getMessage);
        SoftwareNic.ask("ip link set zcnic0 down");
        refused("Whether queue 2 is in use cannot be told while zcnic0 is down.", 2);
        NicException host = assertThrows(
                NicException.class,
                () -> QueueLeases.lease(
                        new StateDirectory(path),
                        new LeaseRequest(
                                "zcrx0-host", List.of(0), "pod", InetAddress.getByName("10.1.1.1"), List.of(1)),
                        commands::add));
        assertTrue(host.getMessage().startsWith("zcrx0-host is a netkit itself."), host::getMessage);
        SoftwareNic.ask("ip link set zcnic0 up");
        end();
    }

    private void refused(String sentence, Integer... queues) {
        NicException refusal = assertThrows(NicException.class, () -> lease("10.10.0.9", queues));
        assertTrue(refusal.getMessage().startsWith(sentence), refusal::getMessage);
    }

    /** In both orders: the NIC is as before only when the last lease has ended. */
    @Test
    @EnabledIfEnvironmentVariable(
            named = "ZCRX_FULL",
            matches = "1",
            disabledReason = "a full run only: it takes long in a virtual machine")
    void shouldPutBackWithLastLease() throws Exception {
        for (boolean olderFirst : new boolean[] {true, false}) {
            lease("10.10.0.2", 1);
            lease("fd00:10::3", 3);
            end(olderFirst ? 1 : 3);
            assertEquals("ON", NicInspector.inspect("zcnic0").split().name());
            end(olderFirst ? 3 : 1);
            allIsAsBefore();
        }
    }

    /** What is left of it goes with the next lease. */
    @Test
    @EnabledIfEnvironmentVariable(
            named = "ZCRX_FULL",
            matches = "1",
            disabledReason = "a full run only: it takes long in a virtual machine")
    void shouldCleanUpBehindNamespaceThatEnded() throws Exception {
        lease("10.10.0.2", 1);
        SoftwareNic.ask("ip netns del pod");
        await(
                "the lease ends",
                () -> NicInspector.inspect("zcnic0").queue(1).orElseThrow().isFree());
        await("the netkit ends", () -> NicInspector.index("zcrx0-host").isEmpty());
        assertEquals(1, SoftwareNic.rules().size());
        makePod();
        QueueLeases.plan(new StateDirectory(path), request("10.10.0.2", 1), command -> {});
        commands.clear();
        lease("10.10.0.2", 1);
        assertTrue(commands.get(0).startsWith("(left over) ethtool -N zcnic0 delete"), commands::toString);
        end(1);
        allIsAsBefore();
    }

    /** Another NIC that has its name is not touched. */
    @Test
    @EnabledIfEnvironmentVariable(
            named = "ZCRX_FULL",
            matches = "1",
            disabledReason = "a full run only: it takes long in a virtual machine")
    void shouldCleanUpBehindNicThatIsGone() throws Exception {
        lease("10.10.0.2", 1);
        SoftwareNic.up("--no-split", "--no-rss");
        await("the netkit ends", () -> NicInspector.index("zcrx0-host").isEmpty());
        NicSnapshot other = NicInspector.inspect("zcnic0");
        commands.clear();
        end(1);
        assertEquals(other, NicInspector.inspect("zcnic0"));
        assertEquals(
                List.of(
                        "nsenter --net=/run/netns/pod -- ip rule del from 10.10.0.2 lookup 29900",
                        "sysctl -w net.ipv4.ip_forward=0"),
                commands);
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!condition.call()) {
            assertTrue(System.nanoTime() - deadline < 0, what);
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static LeaseRequest request(String address, Integer... queues) throws Exception {
        return new LeaseRequest("zcnic0", List.of(queues), "pod", InetAddress.getByName(address), List.of(8080));
    }

    private String lease(String address, Integer... queues) throws Exception {
        return QueueLeases.lease(new StateDirectory(path), request(address, queues), commands::add);
    }

    private void end(Integer... queues) throws NicException {
        QueueLeases.end(new StateDirectory(path), "zcnic0", List.of(queues), commands::add);
    }
}
