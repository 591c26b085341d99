// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A JVM that runs a program: as this one's Java, with a class path that has nothing of zcrx, and with the agent. */
final class Java {
    private static final Path AGENT = Path.of(System.getProperty("basedir"), "target", "transport-zcrx-agent.jar");
    private static final int SECONDS = 150;

    /** Programs are short: no compiler earns back what more of it would take. */
    private static final List<String> QUICK = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private final List<String> options = new ArrayList<>(QUICK);
    private final List<String> program = new ArrayList<>();
    private List<String> classPath = classPath(entry -> !isOurs(entry));

    private Java(Class<?> main, String... arguments) {
        program.add(main.getName());
        program.addAll(List.of(arguments));
    }

    static Java of(Class<?> main, String... arguments) {
        return new Java(main, arguments);
    }

    /** Entries of this JVM's class path. */
    static List<String> classPath(Predicate<String> wanted) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(wanted)
                .toList();
    }

    /** What the agent brings. Programs that prefer io_uring have it in tests of their own. */
    static boolean isOurs(String entry) {
        String file = Path.of(entry).getFileName().toString();
        return file.startsWith("transport-zcrx")
                || file.startsWith("jctools-core")
                || file.startsWith("asm-")
                || isIoUring(entry)
                || entry.endsWith("target/classes") && entry.contains("transport-zcrx");
    }

    /** Netty's own transport, and not the one that was before it, which some frameworks know. */
    static boolean isIoUring(String entry) {
        String file = Path.of(entry).getFileName().toString();
        return file.contains("io_uring") && !file.contains("incubator");
    }

    Java withClassPath(List<String> entries) {
        classPath = entries;
        return this;
    }

    Java without(String part) {
        return withClassPath(
                classPath.stream().filter(entry -> !entry.contains(part)).toList());
    }

    /** The jars that the build has put into this folder, before others of the same classes. */
    Java inTheirPlace(String folder) throws IOException {
        try (Stream<Path> jars = Files.list(Path.of(System.getProperty("basedir"), "target", folder))) {
            classPath =
                    Stream.concat(jars.map(Path::toString), classPath.stream()).toList();
            return this;
        }
    }

    Java agent(String arguments) {
        return option("-javaagent:" + AGENT + (arguments.isEmpty() ? "" : "=" + arguments));
    }

    Java option(String option) {
        options.add(option);
        return this;
    }

    /** Runs a program that is a module. */
    Java module(String modulePath, String main) {
        classPath = List.of();
        options.addAll(List.of("-p", modulePath));
        program.set(0, main);
        program.add(0, "-m");
        return this;
    }

    /** Runs it to its end, which must be a good one with the bytes unchanged; returns what it said. */
    Said run() throws IOException, InterruptedException {
        Said said = runAny();
        assertEquals(1, said.count(Bytes.SAME), said::toString);
        return said;
    }

    /** The same, whatever it says. */
    Said runAny() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        if (!classPath.isEmpty()) {
            command.add("-cp");
            command.add(String.join(File.pathSeparator, classPath));
        }
        command.addAll(program);
        return run(command);
    }

    private static Said run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("program", ".out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
            Said said = new Said(Files.readString(output));
            if (!ended) {
                fail("No end after " + SECONDS + " s: " + command + '\n' + said);
            }
            assertEquals(0, process.exitValue(), () -> command + "\n" + said);
            return said;
        } finally {
            process.destroyForcibly();
            process.waitFor();
            Files.delete(output);
        }
    }

    /** A jar is started by itself, as users start it. */
    static Said runJar(Path jar, String agentArguments) throws IOException, InterruptedException {
        return run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-javaagent:" + AGENT + '=' + agentArguments,
                "-jar",
                jar.toString()));
    }
}
