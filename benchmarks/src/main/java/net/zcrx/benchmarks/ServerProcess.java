// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The server of one peer, in a fresh JVM. */
public final class ServerProcess implements Ports, AutoCloseable {
    /** The heap, in MiB: fixed and touched at the start, so that the growth of the process is not heap. */
    static final int HEAP_MIB = 256;

    private final Process process;
    private final BufferedReader out;
    private final OutputStream in;
    private final Map<String, Integer> ports = new HashMap<>();

    private ServerProcess(Process process) {
        this.process = process;
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        in = process.getOutputStream();
    }

    /**
     * Starts it and waits until it listens.
     *
     * @param options more options of the JVM
     * @throws RunFailedException if it does not come to that
     */
    public static ServerProcess start(
            Setup setup, Peer peer, int loops, Collection<String> services, List<String> options)
            throws IOException, RunFailedException {
        List<String> all = new ArrayList<>(options);
        if (peer == Peer.ZCRX && setup.queue() != null) {
            all.add("-Dbench.queue=" + setup.queue());
        }
        List<String> command = new ArrayList<>(setup.serverPrefix());
        command.addAll(java(peer.classPath(setup.home()), all, "net.zcrx.benchmarks.server.Server"));
        command.addAll(List.of(peer.transport(), Integer.toString(loops), setup.address()));
        int next = 0;
        for (String service : services) {
            command.add(service + "=" + (setup.firstPort() == 0 ? 0 : setup.firstPort() + next++));
        }
        Process process = Processes.start(command, setup.errors(peer.toString()), setup.seriesLimitSeconds());
        ServerProcess server = new ServerProcess(process);
        try {
            server.awaitReady();
            return server;
        } catch (IOException | RunFailedException e) {
            server.close();
            throw e;
        }
    }

    /** The command that runs a class, in a JVM that is the same for all. */
    public static List<String> java(String classPath, List<String> options, String main) {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(List.of("-Xms" + HEAP_MIB + "m", "-Xmx" + HEAP_MIB + "m", "-XX:+AlwaysPreTouch"));
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=2g", "-Dio.netty.noUnsafe=false"));
        if (Runtime.version().feature() >= 24) {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main));
        return command;
    }

    private void awaitReady() throws IOException, RunFailedException {
        String line = out.readLine();
        if (line == null) {
            throw new RunFailedException("The server ended at its start; its log in target/logs says why.");
        }
        if (!line.startsWith("ready ")) {
            throw new RunFailedException(line);
        }
        for (String service : line.substring("ready ".length()).split(" ")) {
            String[] parts = service.split("=");
            ports.put(parts[0], Integer.valueOf(parts[1]));
        }
    }

    @Override
    public int port(String service) {
        return ports.get(service);
    }

    /** Lets loads find a port that leads to this server. */
    void isReachedBy(String service, int port) {
        ports.put(service, port);
    }

    public long pid() {
        return process.pid();
    }

    /** Returns the server's own counters. */
    public Map<String, Long> stats() throws IOException, RunFailedException {
        return ask("stats");
    }

    /** Returns the server's own counters after a garbage collection. */
    Map<String, Long> statsAfterCollection() throws IOException, RunFailedException {
        return ask("gc");
    }

    private Map<String, Long> ask(String question) throws IOException, RunFailedException {
        in.write((question + '\n').getBytes(StandardCharsets.UTF_8));
        in.flush();
        String line = out.readLine();
        if (line == null) {
            throw new RunFailedException("The server died.");
        }
        Map<String, Long> answer = new HashMap<>();
        KeyValues.parse(line).forEach((key, value) -> answer.put(key, Long.valueOf(value)));
        return answer;
    }

    /** Ends it: by the end of its input, and by force if that takes too long. */
    @Override
    public void close() {
        Processes.stop(process);
    }
}
