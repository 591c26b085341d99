// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Child processes, each of which ends after some time at the latest. */
public final class Processes {
    private static final int STOP_SECONDS = 20;

    private Processes() {}

    /** Starts one that is destroyed after {@code limitSeconds}; whoever reads its output then sees the end of it. */
    public static Process start(List<String> command, Redirect errors, long limitSeconds) throws IOException {
        Process process = new ProcessBuilder(command).redirectError(errors).start();
        process.onExit().orTimeout(limitSeconds, TimeUnit.SECONDS).whenComplete((ended, timeout) -> {
            if (timeout != null) {
                process.destroyForcibly();
            }
        });
        return process;
    }

    /**
     * Runs a program that takes a moment; returns its output.
     *
     * @throws IOException if it is missing or fails, with its words
     */
    public static String output(List<String> command) throws IOException {
        String words = String.join(" ", command);
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IOException(words + " could not be run: install " + command.get(0) + '.', e);
        }
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(words + " failed: " + out.trim());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for " + words, e);
        }
        return out;
    }

    /** A port for one that cannot say which it took; a moment ago nobody had it. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Closes the input, waits, and then destroys. */
    public static void stop(Process process) {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (IOException e) {
            process.destroyForcibly();
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
