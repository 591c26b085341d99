// SPDX-License-Identifier: Apache-2.0
package net.zcrx.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another program that runs; closing it ends it. */
public final class Program implements AutoCloseable {
    private final List<String> command;
    private final Path output;
    private final Process process;

    private Program(List<String> command) throws IOException {
        this.command = command;
        output = Files.createTempFile("program", ".out");
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    public static Program start(List<String> command) throws IOException {
        return new Program(command);
    }

    /** Runs Java, which must end well; returns its output. */
    public static String java(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(javaCommand());
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** The Java that runs this. */
    public static String javaCommand() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Runs a command, which must end well; returns its output. */
    public static String run(List<String> command) throws IOException {
        try (Program program = start(command)) {
            Await.until(() -> !program.process.isAlive(), () -> "No end: " + program);
            assertEquals(0, program.process.exitValue(), program::toString);
            return program.said();
        }
    }

    /** Waits until the output has this text. */
    public void awaitSaid(String text) {
        Await.until(() -> said().contains(text) || !process.isAlive(), () -> "It has not said " + text + ": " + this);
        assertTrue(said().contains(text), () -> "It ended without saying " + text + ": " + this);
    }

    /** Asks it to end, by a signal that it can catch, and waits until it has. */
    public void stop() {
        process.destroy();
        Await.until(() -> !process.isAlive(), () -> "It does not stop: " + this);
    }

    private String said() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return command + "\n" + said();
    }

    @Override
    public void close() throws IOException {
        // The processes that it has started would outlive it.
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().join();
        Files.delete(output);
    }
}
