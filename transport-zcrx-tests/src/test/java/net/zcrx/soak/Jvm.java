// SPDX-License-Identifier: Apache-2.0
package net.zcrx.soak;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A main class in a JVM of its own, under the checking {@code free} if the soak was given one. */
final class Jvm implements AutoCloseable {
    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Thread reader;

    Jvm(List<String> options, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UseDynamicNumberOfCompilerThreads",
                "-Xms128m",
                "-Xmx128m",
                "-XX:+AlwaysPreTouch",
                "-XX:ErrorFile=" + System.getProperty("zcrx.soak.reports", ".") + "/hs_err_%p.log",
                "--enable-native-access=ALL-UNNAMED",
                "-Dlogback.configurationFile=logback-test.xml",
                "-Dio.netty.leakDetection.level=paranoid",
                "-Dio.netty.leakDetection.acquireAndReleaseOnly=true",
                "-ea:net.zcrx..."));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        String preload = System.getProperty("zcrx.soak.preload");
        if (preload != null) {
            builder.environment().put("LD_PRELOAD", preload);
        }
        // One heap of the C library's, or each thread's adds to the memory.
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        process = builder.start();
        reader = new Thread(this::read, "output of " + main.getSimpleName());
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line; (line = output.readLine()) != null; ) {
                lines.add(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The rest of the next line that begins with {@code name=}. */
    String await(String name) throws InterruptedException {
        for (String line; (line = lines.poll(Server.SECONDS, TimeUnit.SECONDS)) != null; ) {
            if (line.startsWith(name + '=')) {
                return line.substring(name.length() + 1);
            }
        }
        throw new IllegalStateException("A process says nothing of " + name + " within " + Server.SECONDS + " s.");
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** All that it said and nobody has read; after its end. */
    List<String> rest() throws InterruptedException {
        reader.join();
        return new ArrayList<>(lines);
    }

    int exitStatus() {
        return process.exitValue();
    }

    /** As {@code kill -QUIT}: a JVM says then what its threads do. */
    void askForStacks() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid()))
                .start()
                .waitFor();
        Thread.sleep(2000);
    }

    /** As {@code kill -9}. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
