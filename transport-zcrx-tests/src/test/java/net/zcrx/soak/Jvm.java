// SPDX-License-Identifier: Apache-2.0
package net.zcrx.soak;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.zcrx.testrun.Output;

/** A main class in a JVM of its own, under the checking {@code free} if the soak was given one. */
final class Jvm implements AutoCloseable {
    private final Process process;
    private final Output output;

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
        output = new Output(process);
    }

    /** The rest of the next line that begins with {@code name=}. */
    String await(String name) throws InterruptedException {
        return output.await(name);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** All that it said and nobody has read; after its end. */
    List<String> rest() throws InterruptedException {
        return output.rest();
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
