// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that runs beside the test; closing it kills it. */
final class Command implements AutoCloseable {
    private static final int SECONDS = Waiting.PATIENCE_SECONDS;

    private final List<String> words;
    private final Process process;
    private final Path output;

    private Command(List<String> words) throws IOException {
        this.words = words;
        output = Files.createTempFile("zcrx-vm", ".out");
        process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(output.toFile())
                .start();
    }

    static Command start(String... words) throws IOException {
        return new Command(List.of(words));
    }

    /** Runs a program that must end well; returns what it said. */
    static String run(String... words) throws IOException, InterruptedException {
        try (Command command = start(words)) {
            return command.endsWell();
        }
    }

    /** Waits for its end, which must be a good one; returns what it said. */
    String endsWell() throws InterruptedException {
        assertEquals(0, exitCode(), () -> words + ": " + output());
        return output();
    }

    int exitCode() throws InterruptedException {
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            fail("No end after " + SECONDS + " s: " + words + ": " + output());
        }
        return process.exitValue();
    }

    /** Waits until it has said this. */
    void says(String text) {
        Waiting.await(
                () -> words + " says \"" + text + "\": " + output(),
                () -> output().contains(text) || !process.isAlive());
        if (!output().contains(text)) {
            fail(words + " ended without saying \"" + text + "\": " + output());
        }
    }

    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isRunning() {
        return process.isAlive();
    }

    /** SIGSTOP: from now on it does nothing. */
    void stop() throws IOException, InterruptedException {
        run("kill", "-STOP", Long.toString(process.pid()));
    }

    /** SIGCONT. */
    void goOn() throws IOException, InterruptedException {
        run("kill", "-CONT", Long.toString(process.pid()));
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() throws IOException {
        // What it started itself, as nic-peer does not, would outlive it.
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        kill();
        process.onExit().join();
        Files.delete(output);
    }
}
