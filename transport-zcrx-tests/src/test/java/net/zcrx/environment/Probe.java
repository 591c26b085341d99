// SPDX-License-Identifier: Apache-2.0
package net.zcrx.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Runs {@link AvailabilityProbe} in a JVM of its own; what it said, by name. */
record Probe(Map<String, String> said) {
    private static final int TIMEOUT_SECONDS = 60;

    /**
     * @param wrapper a command that runs another one, with its arguments; may be empty
     * @param options for Java, the class path or module path among them, and the main class
     */
    static Probe run(List<String> wrapper, List<String> options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(wrapper);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        return new Probe(execute(command).stream()
                .filter(line -> line.matches("[a-z.0-9]+=.*"))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.indexOf('=')), line -> line.substring(line.indexOf('=') + 1))));
    }

    /** Options for a run on this class path. */
    static List<String> onClassPath(List<String> classPath, String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("-cp", String.join(File.pathSeparator, classPath), AvailabilityProbe.class.getName()));
        return all;
    }

    static List<String> classPath() {
        return List.of(System.getProperty("java.class.path").split(File.pathSeparator));
    }

    /** Runs a command that must end well; returns the lines it printed. */
    static List<String> execute(List<String> command) throws IOException, InterruptedException {
        return executeTo(0, command);
    }

    /** Runs a command that must end with this status; returns the lines it printed. */
    static List<String> executeTo(int status, List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("zcrx", ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                fail("No end after " + TIMEOUT_SECONDS + " s: " + command + '\n' + Files.readString(output));
            }
            assertEquals(status, process.exitValue(), () -> command + "\n" + text(output));
            return Files.readAllLines(output);
        } finally {
            Files.delete(output);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    boolean isAvailable() {
        return Boolean.parseBoolean(said.get("available"));
    }

    void assertWorksInCopyMode() {
        assertTrue(isAvailable(), this::toString);
        assertEquals("ok", said.get("ensure"), this::toString);
        assertEquals("ok", said.get("socket"), this::toString);
        assertEquals("ok", said.get("server"), this::toString);
        assertEquals("COPY", said.get("echo"), this::toString);
    }

    /** Every way in ends in the same sentence, which names these things. */
    void assertUnavailable(String... named) {
        assertEquals("false", said.get("available"), this::toString);
        for (String name : named) {
            assertNames("cause", name);
        }
        String cause = said.get("cause");
        String error = UnsatisfiedLinkError.class.getName() + ": The zcrx transport is not available: " + cause;
        for (String way : List.of("ensure", "socket", "server", "echo")) {
            assertEquals(error, said.get(way), this::toString);
            assertTrue(said.get(way + ".cause").endsWith(": " + cause), this::toString);
        }
    }

    void assertNames(String what, String name) {
        assertTrue(said.get(what).contains(name), () -> what + " does not name " + name + ": " + this);
    }

    /** A command that runs another one with this limit of locked memory. */
    static List<String> withLockedMemory(int bytes) {
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
