// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.versions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.zcrx.integration.Certificate;
import net.zcrx.servers.Program;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same program on every Netty that the build copied to {@code target/netty}: it works, or is refused with the
 * sentence that names the versions, and never ends in an error.
 */
class NettyVersionsTest {
    private static final String OLDEST = "4.2.14.Final";
    private static final String NEEDED =
            "; zcrx needs " + OLDEST + " or later of Netty 4.2, and the same version of all"
                    + " its parts. Import io.netty:netty-bom of such a version before the BOM of your framework.";

    @TempDir
    private static Path directory;

    private static Path key;
    private static Path certificate;

    @BeforeAll
    static void write() throws IOException {
        key = Files.writeString(directory.resolve("key.pem"), Certificate.keyPem());
        certificate = Files.writeString(directory.resolve("certificate.pem"), Certificate.certificatePem());
    }

    static List<String> versions() throws IOException {
        try (Stream<Path> folders = Files.list(root())) {
            return folders.map(folder -> folder.getFileName().toString())
                    .sorted((a, b) -> number(a) - number(b))
                    .toList();
        }
    }

    private static Path root() {
        return Path.of(System.getProperty("basedir"), "target", "netty");
    }

    /** Of 4.2.14.Final: 4002014. */
    private static int number(String version) {
        String[] parts = version.split("\\.");
        return (Integer.parseInt(parts[0]) * 1000 + Integer.parseInt(parts[1])) * 1000 + Integer.parseInt(parts[2]);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void shouldWorkOrBeRefused(String version) throws IOException {
        String said = run(jars(version, ""));
        if (number(version) < number(OLDEST)) {
            assertEquals(VersionProgram.REFUSED + "This is Netty " + version + NEEDED, said);
        } else {
            assertEquals(VersionProgram.WORKS, said);
        }
    }

    /** As where a BOM names a part and a framework brings the others. */
    @ParameterizedTest
    @CsvSource({
        "transport, 4.2.9.Final, 4.2.18.Final",
        "transport, 4.2.13.Final, 4.2.18.Final",
        "transport-classes-io_uring, 4.2.13.Final, 4.2.18.Final",
        "common, 4.2.10.Final, 4.2.18.Final",
        "common, 4.1.118.Final, 4.2.18.Final",
        "transport, 4.2.18.Final, 4.2.9.Final",
    })
    void shouldRefuseMixtureWithOldPart(String part, String version, String others) throws IOException {
        String said = run(mixture(part, version, others));
        assertTrue(said.startsWith(VersionProgram.REFUSED + "This is a mixture of Netty "), said);
        assertTrue(said.contains("Netty " + version + " (netty-" + part + ")"), said);
        assertTrue(said.contains("Netty " + others + " ("), said);
        assertTrue(said.endsWith(NEEDED), said);
    }

    @ParameterizedTest
    @CsvSource({
        "transport, 4.2.14.Final, 4.2.18.Final",
        "transport-classes-io_uring, 4.2.14.Final, 4.2.18.Final",
        "transport-native-unix-common, 4.2.14.Final, 4.2.18.Final",
        "common, 4.2.14.Final, 4.2.18.Final",
        "transport, 4.2.18.Final, 4.2.14.Final",
        "transport-classes-io_uring, 4.2.18.Final, 4.2.14.Final",
        "transport-native-io_uring, 4.2.14.Final, 4.2.18.Final",
        "transport-native-io_uring, 4.2.9.Final, 4.2.18.Final",
    })
    void shouldWorkOrRefuseMixtureOfNewParts(String part, String version, String others) throws IOException {
        String said = run(mixture(part, version, others));
        assertTrue(said.equals(VersionProgram.WORKS) || said.startsWith(VersionProgram.REFUSED), said);
        assertFalse(said.contains("seccomp"), said);
    }

    @Test
    void shouldBeTheRangeOfRequirements() throws IOException {
        List<String> versions = versions();
        String requirements = Files.readString(Path.of(System.getProperty("basedir"), "..", "docs", "requirements.md"));
        String range = OLDEST + " to " + versions.get(versions.size() - 1);
        assertTrue(versions.contains(OLDEST), versions::toString);
        assertTrue(requirements.contains("| Netty | " + range), range);
    }

    private static List<Path> mixture(String part, String version, String others) throws IOException {
        String name = "netty-" + part + "-4.";
        List<Path> jars = new ArrayList<>(jars(version, name));
        assertEquals(1, jars.size(), jars::toString);
        jars.addAll(jars(others, "").stream()
                .filter(jar -> !jar.getFileName().toString().startsWith(name))
                .toList());
        return jars;
    }

    private static List<Path> jars(String version, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(root().resolve(version))) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .toList();
        }
    }

    /** The last line that it said. */
    private static String run(List<Path> netty) throws IOException {
        List<String> classPath =
                new ArrayList<>(netty.stream().map(Path::toString).toList());
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.contains("transport-zcrx")
                        || entry.contains("jctools-core")
                        || entry.endsWith("test-classes"))
                .forEach(classPath::add);
        String said = Program.java(
                "-cp",
                String.join(File.pathSeparator, classPath),
                VersionProgram.class.getName(),
                key.toString(),
                certificate.toString());
        List<String> lines = said.lines().toList();
        return lines.get(lines.size() - 1);
    }
}
