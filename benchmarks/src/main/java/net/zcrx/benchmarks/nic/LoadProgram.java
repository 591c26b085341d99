// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.zcrx.benchmarks.Home;
import net.zcrx.benchmarks.KeyValues;
import net.zcrx.benchmarks.Processes;

/** The load generator in C, as it sends long flows to the server. */
final class LoadProgram implements AutoCloseable {
    private static final int CALL_BYTES = 256 * 1024;
    private static final long START_SECONDS = 60;
    private static final Path TCP_COUNTERS = Path.of("/proc/self/net/snmp");
    private static final String RETRANSMITS = "RetransSegs";

    private final Process process;
    private final Path errors;
    private final BufferedReader out;
    private final long retransmitsBefore;

    private LoadProgram(Process process, Path errors) throws IOException {
        this.process = process;
        this.errors = errors;
        out = process.inputReader();
        retransmitsBefore = retransmits();
    }

    /** @param cpus that it runs on, as taskset takes them; empty for any */
    static LoadProgram start(InetAddress server, Order order, String cpus) throws IOException {
        List<String> command = new ArrayList<>();
        if (!cpus.isEmpty()) {
            command.addAll(List.of("taskset", "-c", cpus));
        }
        command.add(Home.find().load().toString());
        command.add(String.format(Locale.ROOT, "%.3f", order.warmup()));
        command.add(String.format(Locale.ROOT, "%.3f", order.seconds()));
        command.add(server.getHostAddress());
        command.add("send:port=" + order.port() + ",conns=" + order.flows() + ",size=" + CALL_BYTES);
        long limit = START_SECONDS + Math.round(10 * (order.warmup() + order.seconds()));
        Path errors = Files.createTempFile("zcrx-bench-nic", ".log");
        return new LoadProgram(Processes.start(command, Redirect.to(errors.toFile()), limit), errors);
    }

    /** Waits until its warm-up is over. */
    void awaitBegin() throws IOException {
        expect("begin");
    }

    /** Waits until it has finished. */
    Answer awaitEnd() throws IOException {
        expect("end");
        Map<String, String> result = KeyValues.parse(read());
        double cores = Double.parseDouble(result.get("cpu")) / Double.parseDouble(result.get("seconds"));
        return Answer.loaded(cores, retransmits() - retransmitsBefore);
    }

    private void expect(String line) throws IOException {
        String found = read();
        if (!found.equals(line)) {
            throw new IOException("The load generator said \"" + found + "\" and not \"" + line + "\".");
        }
    }

    private String read() throws IOException {
        String line = out.readLine();
        if (line == null) {
            throw new IOException(
                    "The load generator gave up: " + Files.readString(errors).trim());
        }
        return line;
    }

    /** Returns the retransmits of all connections of this network namespace. */
    private static long retransmits() throws IOException {
        String[] names = null;
        for (String line : Files.readAllLines(TCP_COUNTERS)) {
            String[] words = line.split(" ");
            if (names != null && words[0].equals("Tcp:")) {
                return Long.parseLong(words[List.of(names).indexOf(RETRANSMITS)]);
            }
            names = words[0].equals("Tcp:") ? words : names;
        }
        throw new IOException(TCP_COUNTERS + " has no " + RETRANSMITS + '.');
    }

    @Override
    public void close() throws IOException {
        Processes.stop(process);
        Files.deleteIfExists(errors);
    }
}
