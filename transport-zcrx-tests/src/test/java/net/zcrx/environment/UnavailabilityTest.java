// SPDX-License-Identifier: Apache-2.0
package net.zcrx.environment;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.internal.PlatformDependent;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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

    private static DenyIoUring filter;

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        filter = DenyIoUring.compile(directory);
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
        List<String> deny = filter.command("setup", Integer.toString(errno));
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
        List<String> deny = filter.command(call, Integer.toString(errno));
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
    @CsvSource({
        "noexec, nothing can be executed",
        "ro, cannot be unpacked",
        "size=8k, no room",
        "mode=555, cannot be unpacked"
    })
    void shouldNameFolderThatCannotHoldLibraries(String mount, String said) throws IOException, InterruptedException {
        Path folder = Files.createDirectory(directory.resolve(mount.replace('=', '-')));
        List<String> mounted = List.of(
                "unshare",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs -o \"$1\" none \"$2\" && shift 2 && exec setpriv --bounding-set=-all --inh-caps=-all"
                        + " \"$@\"",
                "sh",
                mount,
                folder.toString());
        Probe probe = Probe.run(mounted, Probe.onClassPath(Probe.classPath(), "-Dio.netty.native.workdir=" + folder));
        probe.assertUnavailable(said, folder.toString(), "-Dio.netty.native.workdir", "-Djava.library.path");
        Containers.assertHasHeading(probe.said().get("cause"));
    }

    @Test
    void shouldWorkWithLibrariesThatAreUnpackedAlready(@TempDir Path libraries)
            throws IOException, InterruptedException {
        for (String jar : Probe.classPath()) {
            if (jar.matches(".*(transport-zcrx-native|netty-transport-native-io_uring).*[.]jar")) {
                unpack(Path.of(jar), libraries);
            }
        }
        Probe.run(
                        AS_IT_IS,
                        Probe.onClassPath(
                                Probe.classPath(),
                                "-Djava.library.path=" + libraries,
                                "-Djava.io.tmpdir=/nowhere",
                                "-Dio.netty.native.workdir=/proc"))
                .assertWorksInCopyMode();
    }

    private static void unpack(Path jar, Path folder) throws IOException {
        try (FileSystem zip = FileSystems.newFileSystem(jar);
                Stream<Path> files = Files.list(zip.getPath("META-INF/native"))) {
            for (Path file :
                    files.filter(name -> name.toString().endsWith(".so")).toList()) {
                Files.copy(file, folder.resolve(file.getFileName().toString()));
            }
        }
    }

    @Test
    void shouldNameLibraryThatTheImageLacks(@TempDir Path folder) throws IOException, InterruptedException {
        Path natives = Files.createDirectories(folder.resolve("META-INF/native"));
        Path lacking = folder.resolve("liblacking.so");
        Probe.execute(List.of("gcc", "-shared", "-x", "c", "/dev/null", "-o", lacking.toString()));
        Probe.execute(List.of(
                "gcc",
                "-shared",
                "-Wl,--no-as-needed",
                "-x",
                "c",
                "/dev/null",
                "-o",
                natives.resolve("libzcrx_native_" + PlatformDependent.normalizedArch() + ".so")
                        .toString(),
                "-L" + folder,
                "-llacking"));
        Files.delete(lacking);
        List<String> classPath = new ArrayList<>(without("transport-zcrx-native"));
        classPath.add(folder.toString());
        Probe probe = Probe.run(Containers.PODMAN, Probe.onClassPath(classPath));
        probe.assertUnavailable(
                "liblacking.so: cannot open shared object file", "Install what is missing in this image");
        Containers.assertFits(probe.said().get("cause"));
        Containers.assertHasHeading(probe.said().get("cause"));
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
