// SPDX-License-Identifier: Apache-2.0
package net.zcrx.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In a container a sentence names one cause and one remedy, which the image, the pod or the node can apply. */
class ContainerSentencesTest {
    private static final int LOCKED_MEMORY = 64 * 1024;

    @TempDir
    private static Path directory;

    private static DenyIoUring filter;

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        filter = DenyIoUring.compile(directory);
    }

    @ParameterizedTest
    @CsvSource({"setup, 1", "setup, 38", "setup, 13", "enter, 1", "enter, 38", "register, 1", "register, 13"})
    void shouldNameSeccompProfileOfContainer(String call, String errno) throws IOException, InterruptedException {
        Probe probe = run(filter.in(Containers.PODMAN, call, errno));
        probe.assertUnavailable(
                "io_uring_" + call + " is refused", "errno " + errno, "--security-opt seccomp=", "docs/containers.md");
        assertFits(probe);
    }

    @ParameterizedTest
    @CsvSource({"setup, 1", "enter, 38", "register, 13"})
    void shouldNameSeccompProfileOfPod(String call, String errno) throws IOException, InterruptedException {
        Probe probe = run(filter.in(Containers.POD, call, errno));
        probe.assertUnavailable("io_uring_" + call + " is refused", "securityContext.seccompProfile");
        assertFits(probe);
    }

    /** Kernels from 6.14 on refuse it. */
    @Test
    void shouldSayWhoSharesLimitOfLockedMemory() throws IOException, InterruptedException {
        for (List<String> container : List.of(Containers.PODMAN, Containers.POD)) {
            List<String> wrapper = new ArrayList<>(Probe.withLockedMemory(LOCKED_MEMORY));
            wrapper.addAll(container);
            Probe probe = run(wrapper);
            if (!probe.isAvailable()) {
                probe.assertUnavailable(
                        LOCKED_MEMORY + " bytes, and those in other containers",
                        container == Containers.POD ? "on the node" : "--ulimit memlock");
                assertFits(probe);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"setup, 1", "setup, 38", "enter, 1", "register, 38"})
    void shouldFitInDoctor(String call, String errno) throws IOException, InterruptedException {
        String said = doctor(3, filter.in(Containers.PODMAN, call, errno));
        assertTrue(said.contains("The transport cannot be used."), said);
        assertEquals(1, said.split("is refused to this process", -1).length - 1, said);
        assertTrue(said.contains("--security-opt seccomp="), said);
    }

    @Test
    void shouldFitInDoctorOfContainerWithoutNic() throws IOException, InterruptedException {
        List<String> wrapper = new ArrayList<>(Containers.PODMAN);
        wrapper.addAll(List.of("unshare", "--net"));
        String said = doctor(1, wrapper);
        assertTrue(said.contains("This container's network has no NIC"), said);
        assertTrue(said.contains("Only copy mode can be used."), said);
    }

    private static String doctor(int status, List<String> wrapper) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "net.zcrx.doctor.Doctor"));
        String said = String.join("\n", Probe.executeTo(status, command));
        Containers.assertFits(said);
        return said;
    }

    private static void assertFits(Probe probe) throws IOException {
        Containers.assertFits(probe.said().get("cause"));
        Containers.assertHasHeading(probe.said().get("cause"));
    }

    private static Probe run(List<String> wrapper) throws IOException, InterruptedException {
        return Probe.run(wrapper, Probe.onClassPath(Probe.classPath()));
    }
}
