// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.zcrx.testrun.Output;

/** A main class in a JVM of its own, on this class path. It ends when its input does. */
public final class Child implements AutoCloseable {
    private final Process process;
    private final Output output;
    private boolean killed;

    /**
     * @param wrapper a command that runs another one, with its arguments; may be empty. Where it is not allowed to do
     *     what it does, as in many containers, the test is skipped.
     */
    public Child(List<String> wrapper, Class<?> main, String... arguments) throws IOException {
        assumeAllowed(wrapper);
        List<String> command = new ArrayList<>(wrapper);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        output = new Output(process);
    }

    private static void assumeAllowed(List<String> wrapper) throws IOException {
        if (wrapper.isEmpty()) {
            return;
        }
        List<String> command = new ArrayList<>(wrapper);
        command.add("true");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Output output = new Output(process);
        try {
            assertTrue(process.waitFor(Loops.SECONDS, TimeUnit.SECONDS), () -> "It does not end: " + wrapper);
            String words = String.join("\n", output.rest()).strip();
            assumeTrue(
                    process.exitValue() == 0,
                    () -> "This machine does not allow " + String.join(" ", wrapper) + ": " + words);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public long pid() {
        return process.pid();
    }

    /** The rest of the next line that begins with {@code name=}. */
    public String await(String name) throws InterruptedException {
        return output.await(name);
    }

    /** In the child: returns when the test has closed it. */
    public static void awaitEnd() throws IOException {
        while (System.in.read() >= 0) {
            // Nothing is said, only ended.
        }
    }

    /** Sends a signal, such as {@code STOP}. */
    public void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, "" + pid()).start().waitFor();
    }

    /** Ends it at once: nothing of it runs on. */
    public void kill() throws InterruptedException {
        killed = true;
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws IOException {
        if (killed) {
            return;
        }
        process.getOutputStream().close();
        try {
            assertTrue(process.waitFor(Loops.SECONDS, TimeUnit.SECONDS), "The child does not end.");
            assertEquals(0, process.exitValue());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            process.destroyForcibly();
        }
    }
}
