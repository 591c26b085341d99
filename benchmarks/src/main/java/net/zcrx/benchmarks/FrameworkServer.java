// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import net.zcrx.benchmarks.AgentModule.Way;

/** The server of one framework, in a fresh JVM, with the agent or without. */
final class FrameworkServer implements Ports, AutoCloseable {
    private static final String EPOLL = "netty_transport_native_epoll";

    private final Process process;
    private final Way way;
    private final int port;
    private final Path log;
    private double startSeconds;

    private FrameworkServer(Process process, Way way, int port, Path log) {
        this.process = process;
        this.way = way;
        this.port = port;
        this.log = log;
    }

    /** Starts it for a measurement: on the processors of the server, in the same JVM as all other measured servers. */
    static FrameworkServer start(Setup setup, Framework framework, Way way) throws IOException, RunFailedException {
        AgentModule module = AgentModule.find(setup.home());
        List<String> command = new ArrayList<>(setup.serverPrefix());
        command.addAll(ServerProcess.java(module.classPath(), module.options(way), framework.program()));
        return start(setup, framework, way, command);
    }

    /** Starts it as users do: on all processors, in the JVM as it is by default. */
    static FrameworkServer startPlainly(Setup setup, Framework framework, Way way)
            throws IOException, RunFailedException {
        AgentModule module = AgentModule.find(setup.home());
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        command.addAll(module.options(way));
        command.addAll(List.of("-cp", module.classPath(), framework.program()));
        return start(setup, framework, way, command);
    }

    private static FrameworkServer start(Setup setup, Framework framework, Way way, List<String> command)
            throws IOException, RunFailedException {
        int port = Processes.freePort();
        command.addAll(List.of("server", Integer.toString(port)));
        String name = framework + "-" + way;
        Path log = setup.log(name);
        Files.deleteIfExists(log);
        long begin = System.nanoTime();
        Process process = Processes.start(command, setup.errors(name), setup.limitSeconds());
        FrameworkServer server = new FrameworkServer(process, way, port, log);
        try {
            server.awaitListening();
            server.startSeconds = (System.nanoTime() - begin) / 1e9;
            return server;
        } catch (IOException | RunFailedException e) {
            server.close();
            throw e;
        }
    }

    private void awaitListening() throws IOException, RunFailedException {
        BufferedReader out = process.inputReader();
        String line = out.readLine();
        while (line != null && !line.equals("listening")) {
            keep(line);
            line = out.readLine();
        }
        if (line == null) {
            throw new RunFailedException("The server ended before it listened; " + log + " says why.");
        }
        // Its later output must not fill the pipe.
        CompletableFuture.runAsync(() -> out.lines().forEach(this::keep));
    }

    private void keep(String line) {
        try {
            Files.writeString(log, line + '\n', StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the seconds from the start of its JVM until it listened. */
    double startSeconds() {
        return startSeconds;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public int port(String service) {
        return port;
    }

    /**
     * Ends it.
     *
     * @param bytes that it received at least
     * @throws RunFailedException if it received them by other means than it was started for
     */
    void end(long bytes) throws IOException, RunFailedException {
        boolean hasEpoll;
        try (Stream<String> maps = Files.lines(Path.of("/proc", Long.toString(pid()), "maps"))) {
            hasEpoll = maps.anyMatch(line -> line.contains(EPOLL));
        }
        close();
        try {
            new AgentWords(Files.readString(log)).check(way, bytes);
        } catch (RunFailedException e) {
            throw new RunFailedException(e.getMessage() + "; its words are in " + log + '.');
        }
        if (way == Way.EPOLL && !hasEpoll) {
            throw new RunFailedException("Without the agent it did not run on epoll; its words are in " + log + '.');
        }
    }

    @Override
    public void close() {
        Processes.stop(process);
    }
}
