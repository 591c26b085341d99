package net.zcrx.availability;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the transport does not work, an application hears why and what to do, and goes on. */
class UnavailabilityTest {
    private static final List<String> AS_IT_IS = List.of();

    @TempDir
    private static Path directory;

    private static Path denyIoUring;

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        denyIoUring = directory.resolve("deny_io_uring");
        Probe.execute(List.of(
                "gcc",
                "-std=c11",
                "-D_GNU_SOURCE",
                "-Wall",
                "-Wextra",
                "-Werror",
                Path.of(System.getProperty("basedir"), "src/test/c/deny_io_uring.c")
                        .toString(),
                "-o",
                denyIoUring.toString()));
    }

    @Test
    void shouldWorkHere() throws IOException, InterruptedException {
        Probe.run(AS_IT_IS, Probe.onClassPath(Probe.classPath())).assertWorksInCopyMode();
    }

    @Test
    void shouldHonourNoNative() throws IOException, InterruptedException {
        Probe probe = Probe.run(AS_IT_IS, Probe.onClassPath(Probe.classPath(), "-Dio.netty.transport.noNative=true"));
        probe.assertUnavailable("Remove", "-Dio.netty.transport.noNative=true");
    }

    @Test
    void shouldNameMissingLibrary() throws IOException, InterruptedException {
        List<String> classPath = new ArrayList<>(Probe.classPath());
        classPath.removeIf(entry -> entry.contains("transport-zcrx-native"));
        assertNotEquals(Probe.classPath(), classPath);
        Probe probe = Probe.run(AS_IT_IS, Probe.onClassPath(classPath));
        probe.assertUnavailable("transport-zcrx-native", "class path");
        probe.assertNames("cause.cause", "UnsatisfiedLinkError");
    }

    @Test
    void shouldNameMissingLibraryOfNetty() throws IOException, InterruptedException {
        List<String> classPath = new ArrayList<>(Probe.classPath());
        classPath.removeIf(entry -> entry.contains("netty-transport-native-io_uring"));
        assertNotEquals(Probe.classPath(), classPath);
        Probe probe = Probe.run(AS_IT_IS, Probe.onClassPath(classPath));
        probe.assertUnavailable("netty-transport-native-io_uring", "class path");
        probe.assertNames("cause.cause", "UnsatisfiedLinkError");
    }

    /** As seccomp profiles of containers do it, or a kernel that has no io_uring. */
    @ParameterizedTest
    @ValueSource(ints = {1, 38})
    void shouldNameSeccompWhereIoUringIsDenied(int errno) throws IOException, InterruptedException {
        List<String> deny = List.of(denyIoUring.toString(), Integer.toString(errno));
        Probe probe = Probe.run(deny, Probe.onClassPath(Probe.classPath()));
        probe.assertUnavailable("io_uring_setup", "seccomp", "kernel.io_uring_disabled");
        probe.assertNames("cause.cause", "failed to create io_uring ring");
    }

    /** Kernels from 6.14 on count all of a ring's memory as locked; older ones nothing that copy mode has. */
    @ParameterizedTest
    @ValueSource(ints = {0, 64, 96, 8192})
    void shouldWorkOrNameLimitOfLockedMemory(int kilobytes) throws IOException, InterruptedException {
        Probe probe = Probe.run(withLockedMemory(kilobytes * 1024), Probe.onClassPath(Probe.classPath()));
        if (!probe.isAvailable()) {
            probe.assertUnavailable("ulimit -l");
        } else if (probe.said().containsKey("echo.cause")) {
            probe.assertNames("echo.cause", "ulimit -l");
        } else {
            probe.assertWorksInCopyMode();
        }
    }

    private static List<String> withLockedMemory(int bytes) {
        List<String> limited = List.of("prlimit", "--memlock=" + bytes + ":" + bytes);
        if (!"root".equals(System.getProperty("user.name"))) {
            return limited;
        }
        // Whoever may lock memory has no limit.
        List<String> wrapper = new ArrayList<>(List.of("setpriv", "--bounding-set=-ipc_lock"));
        wrapper.addAll(limited);
        return wrapper;
    }
}
