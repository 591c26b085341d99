// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.zcrx.nic.Child;
import net.zcrx.nic.NicException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkNamespaceTest {
    @TempDir
    Path directory;

    @Test
    void shouldFindThatOfProcessUntilItEnds() throws Exception {
        Child.assumeAllowed("network namespaces", "unshare --net");
        Process process = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo there; exec sleep 60").start();
        try {
            assertEquals('t', process.getInputStream().read());
            NetworkNamespace found = NetworkNamespace.find(Long.toString(process.pid()));
            assertEquals(Path.of("/proc/" + process.pid() + "/ns/net"), found.path());
            assertTrue(found.isAlive());
            assertEquals(
                    "nsenter --net=" + found.path() + " -- ip link",
                    found.command(List.of("ip", "link")).toString());
            found.command(List.of("ip", "link", "show", "lo")).run();
            process.destroyForcibly().waitFor();
            assertFalse(found.isAlive());
        } finally {
            process.destroyForcibly();
        }
    }

    /** Where no queue could be bound. */
    @Test
    void shouldRefuseThatOfRootlessContainer() throws Exception {
        Child.assumeAllowed("user namespaces", "unshare --user --map-root-user --net");
        Process process = new ProcessBuilder(
                        "unshare", "--user", "--map-root-user", "--net", "sh", "-c", "echo there; exec sleep 60")
                .start();
        try {
            assertEquals('t', process.getInputStream().read());
            says("is in a user namespace of its own, as rootless containers are", Long.toString(process.pid()));
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void shouldRefuseItsOwn() {
        says("is in the network namespace that the NIC is in itself", "/proc/self/ns/net");
        says(
                "is in the network namespace that the NIC is in itself",
                Long.toString(ProcessHandle.current().pid()));
    }

    @Test
    void shouldSayThatItHasEnded() throws Exception {
        says("The network namespace of 999999999 has ended", "999999999");
        says("there is no /no/such/file", "/no/such/file");
        // The file of ip netns stays when something else unmounts it.
        Path left = Files.createFile(directory.resolve("left"));
        says("The network namespace " + left + " has ended", left.toString());
    }

    @Test
    void shouldSayThatNobodyKnowsIt() {
        says("There is no network namespace or container no-such-container.", "no-such-container");
    }

    @Test
    void shouldQuoteProgramThatFails() {
        NicException failed = assertThrows(
                NicException.class,
                () -> HostCommand.of("ip", "link", "show", "no-such").run());
        assertTrue(
                failed.getMessage().matches("\"ip link show no-such\" failed: .*no-such.*does not exist\\."),
                failed::getMessage);
        NicException missing = assertThrows(
                NicException.class, () -> HostCommand.of("no-such-program").run());
        assertTrue(missing.getMessage().contains("iproute2"), missing::getMessage);
    }

    private static void says(String sentence, String target) {
        NicException refusal = assertThrows(NicException.class, () -> NetworkNamespace.find(target));
        assertTrue(refusal.getMessage().contains(sentence), refusal::getMessage);
    }
}
