// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.zcrx.example.http.Await;
import net.zcrx.example.http.Java;

/** One program of the chain in a process of its own. */
final class ChainProgram {
    private static final int SECONDS = 60;
    private static final int SIGTERM_STATUS = 128 + 15;
    private static final Pattern PORT = Pattern.compile("(?m)^listening on .*:(\\d+)$");
    private static final Pattern END = Pattern.compile("(?m)^handedOver=(\\d+) copied=(\\d+)$");

    private final Class<?> main;
    private final Process process;
    private final Path log;

    private ChainProgram(Class<?> main, Process process, Path log) {
        this.main = main;
        this.process = process;
        this.log = log;
    }

    static ChainProgram start(Class<?> main, String... arguments) throws IOException {
        Path log = Files.createTempFile(main.getSimpleName(), ".log");
        List<String> jvmOptions = List.of("-XX:TieredStopAtLevel=1");
        Process process = new ProcessBuilder(Java.command(main.getName(), jvmOptions, arguments))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new ChainProgram(main, process, log);
    }

    ChainProgram awaitListening() throws Exception {
        Await.until(() -> said().contains("listening on ") || !process.isAlive() ? null : this + " does not listen");
        assertAlive();
        return this;
    }

    /** The port that it listens on. */
    int port() throws IOException {
        Matcher listening = PORT.matcher(said());
        return listening.find() ? Integer.parseInt(listening.group(1)) : fail(said());
    }

    void assertAlive() throws IOException {
        assertTrue(process.isAlive(), this + " has ended: " + said());
    }

    /** Sends a signal, such as {@code STOP}. */
    void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        assertEquals(0, kill.waitFor());
    }

    /** Ends it at once, without a word to it. */
    void kill() throws InterruptedException, IOException {
        process.destroyForcibly().waitFor();
        Files.delete(log);
    }

    /** Ends it as people do; returns how many bytes it handed over. */
    long stop() throws Exception {
        process.destroy();
        assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS), this + " does not stop.");
        String said = said();
        Files.delete(log);
        assertEquals(SIGTERM_STATUS, process.exitValue(), said);
        for (String complaint : List.of("LEAK", "WARN", "SEVERE", "Exception")) {
            assertTrue(!said.contains(complaint), said);
        }
        Matcher end = END.matcher(said);
        return end.find() ? Long.parseLong(end.group(1)) : fail(said);
    }

    private String said() throws IOException {
        return Files.readString(log);
    }

    @Override
    public String toString() {
        return main.getSimpleName();
    }
}
