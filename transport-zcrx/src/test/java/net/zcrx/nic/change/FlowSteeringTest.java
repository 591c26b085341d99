// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import net.zcrx.nic.Child;
import net.zcrx.nic.NicException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steering where nothing can be steered; {@code SoftwareNicSteeringTest} is about the rest. */
class FlowSteeringTest {
    @TempDir
    Path path;

    @Test
    void shouldRefuseBadArguments() {
        InetSocketAddress bound = new InetSocketAddress(InetAddress.getLoopbackAddress(), 8000);
        assertThrows(IllegalArgumentException.class, () -> install("lo", new InetSocketAddress(0), 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> install("lo", InetSocketAddress.createUnresolved("localhost", 8000), 0));
        assertThrows(IllegalArgumentException.class, () -> install("lo", bound));
        assertThrows(IllegalArgumentException.class, () -> install("lo", bound, 0, 0));
    }

    @Test
    void shouldSayThatThereIsNoSuchInterfaceOrQueue() {
        assertEquals(
                "There is no network interface no-such-nic in this network namespace. List them with: ip link",
                refusal("no-such-nic", 0));
        assertTrue(refusal("lo", 3).startsWith("lo has no receive queue 3: there are 1"), refusal("lo", 3));
    }

    @Test
    void shouldLeaveNothingBehindWhereNicTakesNoRules() throws Exception {
        Child.Result result = Child.shell(Child.inNetworkNamespace(
                "ip link add v0 type veth peer name v1\nip link set v0 up",
                Child.java(Steer.class, "v0", path.toString())));
        assertEquals(
                "The driver (veth) of v0 takes no rule such as \"flow-type tcp4 dst-ip 10.9.0.1 dst-port 8000 action"
                        + " 0\","
                        + " so the port cannot be steered.",
                result.orFail().lines().reduce((first, last) -> last).orElseThrow());
        assertEquals(0, filesNamed("steering-"));
    }

    @Test
    void shouldSayThatCapabilityIsMissing() throws Exception {
        Child.assumeAllowed("giving up of capabilities", "setpriv --bounding-set=-all --inh-caps=-all");
        Child.Result result = Child.shell(
                "setpriv --bounding-set=-all --inh-caps=-all " + Child.java(Steer.class, "lo", path.toString()));
        assertTrue(result.orFail().contains("lo was not changed. This process lacks CAP_NET_ADMIN"), result.output());
        assertEquals(0, filesNamed("steering-"));
    }

    /** Tries to steer a port of an interface, in a process of its own. */
    static final class Steer {
        private Steer() {}

        public static void main(String[] arguments) throws Exception {
            try {
                InetSocketAddress local = new InetSocketAddress(InetAddress.getByName("10.9.0.1"), 8000);
                FlowSteering.install(new StateDirectory(Path.of(arguments[1])), arguments[0], local, new int[] {0});
            } catch (NicException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private long filesNamed(String prefix) throws Exception {
        try (var files = Files.list(path)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .count();
        }
    }

    private String refusal(String interfaceName, int queue) {
        InetSocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 8000);
        return assertThrows(NicException.class, () -> install(interfaceName, local, queue))
                .getMessage();
    }

    private void install(String interfaceName, InetSocketAddress local, int... queues) throws NicException {
        FlowSteering.install(new StateDirectory(path), interfaceName, local, queues);
    }
}
