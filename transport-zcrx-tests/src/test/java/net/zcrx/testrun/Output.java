// SPDX-License-Identifier: Apache-2.0
package net.zcrx.testrun;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What a process says. A thread reads it, so that a test waits for words only for a while: no interrupt ends a read.
 */
public final class Output {
    /** Less than a test may take. */
    private static final int SECONDS = 60;

    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Thread reader;

    public Output(Process process) {
        this.process = process;
        reader = new Thread(this::read, "output of process " + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader output = process.inputReader()) {
            for (String line; (line = output.readLine()) != null; ) {
                lines.add(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The rest of the next line that begins with {@code name=}. */
    public String await(String name) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() - deadline < 0) {
            // Asked before: whatever it has said by its end is read then.
            boolean ended = !reader.isAlive();
            String line = lines.poll(10, TimeUnit.MILLISECONDS);
            if (line != null && line.startsWith(name + '=')) {
                return line.substring(name.length() + 1);
            }
            if (line == null && ended) {
                throw new IllegalStateException("The process ended without a word on " + name + '.');
            }
        }
        throw new IllegalStateException(
                "The process said nothing of " + name + " within " + SECONDS + " s. Its threads:\n" + stacks());
    }

    /** A JVM says what its threads do, when it is asked by a signal. */
    private String stacks() throws InterruptedException {
        try {
            new ProcessBuilder("kill", "-QUIT", "" + process.pid()).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        TimeUnit.SECONDS.sleep(2);
        List<String> said = new ArrayList<>();
        lines.drainTo(said);
        return String.join("\n", said);
    }

    /** All that nobody has read; after its end. */
    public List<String> rest() throws InterruptedException {
        reader.join(TimeUnit.SECONDS.toMillis(SECONDS));
        return new ArrayList<>(lines);
    }
}
