// SPDX-License-Identifier: Apache-2.0
package net.zcrx.environment;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the transport does not work, an application hears why and what to do, and goes on. */
class UnavailabilityTest {
    private static final List<String> AS_IT_IS = List.of();
    /** The first Java that has options which forbid native access and Unsafe. */
    private static final int FORBIDDING = 24;

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
    void shouldWorkWithoutFlightRecorder() throws IOException, InterruptedException {
        Probe.run(AS_IT_IS, Probe.onClassPath(Probe.classPath(), "--limit-modules=java.se,jdk.unsupported"))
                .assertWorksInCopyMode();
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
    void shouldNameLibraryOfOtherVersion(@TempDir Path folder) throws IOException, InterruptedException {
        Probe.execute(List.of(
                "make",
                "--silent",
                "-C",
                System.getProperty("basedir") + "/../transport-zcrx-native/src/main/c",
                "OUT=" + folder.resolve("out"),
                "DEST=" + folder.resolve("META-INF/native"),
                "JAVA_HOME=" + System.getProperty("java.home"),
                "CC=gcc -DZCRX_VERSION=99"));
        List<String> classPath = new ArrayList<>(Probe.classPath());
        classPath.removeIf(entry -> entry.contains("transport-zcrx-native"));
        classPath.add(folder.toString());
        Probe probe = Probe.run(AS_IT_IS, Probe.onClassPath(classPath));
        probe.assertUnavailable("transport-zcrx-native", "version 99", "same version as the classes");
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
        List<String> deny = List.of(denyIoUring.toString(), "setup", Integer.toString(errno));
        Probe probe = Probe.run(deny, Probe.onClassPath(Probe.classPath()));
        probe.assertUnavailable("io_uring_setup", "seccomp", "kernel.io_uring_disabled");
        probe.assertNames("cause.cause", "failed to create io_uring ring");
    }

    /** EPERM, ENOSYS, EACCES, EINVAL: whichever errno, nothing listens that could not answer. */
    @ParameterizedTest
    @CsvSource({
        "setup, 13",
        "setup, 22",
        "enter, 1",
        "enter, 38",
        "enter, 13",
        "enter, 22",
        "register, 1",
        "register, 38",
        "register, 13",
        "register, 22"
    })
    void shouldNameCallThatSeccompDenies(String call, int errno) throws IOException, InterruptedException {
        List<String> deny = List.of(denyIoUring.toString(), call, Integer.toString(errno));
        Probe probe = Probe.run(deny, Probe.onClassPath(Probe.classPath()));
        probe.assertUnavailable("io_uring_" + call + " is refused", "errno " + errno, "seccomp profile");
    }

    @Test
    void shouldNameMissingQueues() throws IOException, InterruptedException {
        Probe probe = Probe.run(AS_IT_IS, Probe.onClassPath(without("jctools-core")));
        probe.assertUnavailable("org.jctools", "is missing", "org.jctools:jctools-core");
    }

    @Test
    void shouldNameOptionThatForbidsNativeAccess() throws IOException, InterruptedException {
        List<String> options = new ArrayList<>();
        if (Runtime.version().feature() >= FORBIDDING) {
            options.add("--illegal-native-access=deny");
            Probe.run(AS_IT_IS, Probe.onClassPath(Probe.classPath(), options.get(0)))
                    .assertUnavailable(options.get(0), "--enable-native-access=ALL-UNNAMED");
        }
        options.add("--enable-native-access=ALL-UNNAMED");
        Probe.run(AS_IT_IS, Probe.onClassPath(Probe.classPath(), options.toArray(String[]::new)))
                .assertWorksInCopyMode();
    }

    @Test
    void shouldWorkWithoutUnsafe() throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(List.of("-Dio.netty.noUnsafe=true"));
        if (Runtime.version().feature() >= FORBIDDING) {
            options.add("--sun-misc-unsafe-memory-access=deny");
        }
        Probe.run(AS_IT_IS, Probe.onClassPath(Probe.classPath(), options.toArray(String[]::new)))
                .assertWorksInCopyMode();
    }

    @ParameterizedTest
    @CsvSource({"noexec, nothing can be executed", "ro, cannot be unpacked", "size=8k, no room"})
    void shouldNameFolderThatCannotHoldLibraries(String mount, String said) throws IOException, InterruptedException {
        Path folder = Files.createDirectory(directory.resolve(mount.replace('=', '-')));
        List<String> mounted = List.of(
                "unshare",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs -o \"$1\" none \"$2\" && shift 2 && exec \"$@\"",
                "sh",
                mount,
                folder.toString());
        Probe probe = Probe.run(mounted, Probe.onClassPath(Probe.classPath(), "-Dio.netty.native.workdir=" + folder));
        probe.assertUnavailable(said, folder.toString(), "-Dio.netty.native.workdir");
    }

    /** What a user sees who starts the jar alone. */
    @Test
    void shouldNotShowTraceInDoctor() throws IOException, InterruptedException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> said = Probe.executeTo(3, List.of(java.toString(), "-cp", ownClasses(), "net.zcrx.doctor.Doctor"));
        assertTrue(said.contains("The transport cannot be used."), said::toString);
        assertTrue(said.stream().anyMatch(line -> line.contains("is missing. Put Netty")), said::toString);
        assertTrue(said.stream().noneMatch(line -> line.startsWith("\tat ")), said::toString);
    }

    private static String ownClasses() {
        return String.join(
                File.pathSeparator,
                Probe.classPath().stream()
                        .filter(entry -> entry.contains("transport-zcrx"))
                        .toList());
    }

    private static List<String> without(String artifact) {
        List<String> classPath = new ArrayList<>(Probe.classPath());
        classPath.removeIf(entry -> entry.contains(artifact));
        assertNotEquals(Probe.classPath(), classPath);
        return classPath;
    }

    /** Kernels from 6.14 on count all of a ring's memory as locked; older ones nothing that copy mode has. */
    @ParameterizedTest
    @ValueSource(ints = {0, 64, 96, 8192})
    void shouldWorkOrNameLimitOfLockedMemory(int kilobytes) throws IOException, InterruptedException {
        Probe probe = Probe.run(Probe.withLockedMemory(kilobytes * 1024), Probe.onClassPath(Probe.classPath()));
        if (!probe.isAvailable()) {
            probe.assertUnavailable("ulimit -l");
        } else if (probe.said().containsKey("echo.cause")) {
            probe.assertNames("echo.cause", "ulimit -l");
        } else {
            probe.assertWorksInCopyMode();
        }
    }
}
