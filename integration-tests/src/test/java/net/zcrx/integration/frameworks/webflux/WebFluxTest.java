// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks.webflux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import net.zcrx.servers.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.loader.tools.Libraries;
import org.springframework.boot.loader.tools.Library;
import org.springframework.boot.loader.tools.LibraryScope;
import org.springframework.boot.loader.tools.Repackager;

/** {@link EchoApplication} with the property, in a Java of its own, which must end by itself. It starts slowly. */
@Timeout(300)
class WebFluxTest {
    private static final long BYTES = 20_000_000;
    private static final Pattern RECEIVED = Pattern.compile("received (-?\\d+) held (-?\\d+) threads (\\d+)");
    /** What the application needs of this class path; it does without metrics. */
    private static final Pattern NEEDED = Pattern.compile("/transport-zcrx(?!-micrometer)[a-z-]*/target/"
            + "|/(spring-(?!grpc|boot-grpc|boot-starter-grpc)|reactor|reactive|netty-(?!tcnative)|jctools"
            + "|micrometer-(?!core)|logback|slf4j|commons-logging|snakeyaml|jspecify)"
            + "[^/]*\\.jar$");

    private static final String ENABLED = "--zcrx.enabled=true";
    private static final String PORT = "--server.port=0";
    private static final String NO_WAIT = "--spring.reactor.netty.shutdown-quiet-period=0s";

    @TempDir
    private Path directory;

    @Test
    void shouldCarryApplicationOnClassPath() throws IOException {
        assumeTrue("1".equals(System.getenv("ZCRX_FULL")), "a full run only: the fat jar shows nearly the same");
        assertCarried(runOnClassPath(List.of(), ENABLED));
    }

    @Test
    void shouldCarryFatJar() throws IOException {
        assertCarried(Program.java("-jar", fatJar().toString(), PORT, NO_WAIT, ENABLED));
    }

    private static void assertCarried(String said) {
        assertWorked(said);
        Matcher received = received(said);
        // The upload, and the echo by both of its ends.
        assertTrue(Long.parseLong(received.group(1)) > 3 * BYTES, said);
        assertEquals("0", received.group(2), said);
        assertEquals("0", received.group(3), said);
        assertFalse(said.contains(" WARN "), said);
    }

    @Test
    void shouldWarnOnceWhereTransportDoesNotWork() throws IOException {
        String said = runOnClassPath(List.of("-Dio.netty.transport.noNative=true"), ENABLED);
        assertWorked(said);
        assertEquals("-1", received(said).group(1), said);
        assertEquals(
                2,
                said.split("zcrx.enabled is true, but zcrx does not work here, and Reactor Netty chooses another"
                                + " transport\\. .*noNative")
                        .length,
                said);
    }

    private static void assertWorked(String said) {
        for (String part : List.of("upload", "echo")) {
            assertTrue(said.contains(part + " true"), said);
        }
    }

    private static Matcher received(String said) {
        Matcher received = RECEIVED.matcher(said);
        assertTrue(received.find(), said);
        return received;
    }

    private static String runOnClassPath(List<String> options, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(options);
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), EchoApplication.class.getName(), PORT, NO_WAIT));
        command.addAll(List.of(arguments));
        return Program.java(command.toArray(String[]::new));
    }

    /** The application with its libraries as jars within one jar, as Spring Boot's Maven plugin makes it. */
    private Path fatJar() throws IOException {
        Path plain = directory.resolve("plain.jar");
        Path tests = Path.of(System.getProperty("basedir"), "target", "test-classes");
        writeJar(plain, tests, "net/zcrx/integration/frameworks/webflux");
        List<Library> libraries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (NEEDED.matcher(entry).find()) {
                libraries.add(new Library(null, jar(Path.of(entry)), LibraryScope.RUNTIME, null, false, false, true));
            }
        }
        Path fat = directory.resolve("fat.jar");
        Repackager repackager = new Repackager(plain.toFile());
        repackager.setMainClass(EchoApplication.class.getName());
        repackager.repackage(fat.toFile(), all(libraries));
        return fat;
    }

    /** A module of this build that was not packed is a folder. */
    private File jar(Path entry) throws IOException {
        if (!Files.isDirectory(entry)) {
            return entry.toFile();
        }
        Path jar = directory.resolve(entry.getParent().getParent().getFileName() + ".jar");
        writeJar(jar, entry, "");
        return jar.toFile();
    }

    private static Libraries all(List<Library> libraries) {
        return callback -> {
            for (Library library : libraries) {
                callback.library(library);
            }
        };
    }

    private static void writeJar(Path jar, Path root, String folder) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        try (Stream<Path> walk = Files.walk(root.resolve(folder));
                JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                String name = root.relativize(file).toString();
                if (!name.equals("META-INF/MANIFEST.MF")) {
                    out.putNextEntry(new ZipEntry(name));
                    Files.copy(file, out);
                    out.closeEntry();
                }
            }
        }
    }
}
