// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import net.zcrx.benchmarks.shared.SharedClient;
import net.zcrx.benchmarks.shared.SharedServer;
import net.zcrx.benchmarks.shared.Task;
import net.zcrx.benchmarks.shared.Way;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures ways from one process to another: shared memory beside loopback TCP and Unix sockets of Netty, in turns. */
@Command(name = "shared", description = "From process to process: shared memory, TCP and Unix sockets; 10 minutes.")
final class SharedCommand implements Callable<Integer> {
    private static final int PORT = 19_400;
    private static final double GIB = 1L << 30;
    /** The seconds that a process may take beyond its measurement. */
    private static final int LIMIT_SECONDS = 120;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "9", description = "How often each is measured (9).")
    private int rounds;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "2", description = "Length of a measurement (2).")
    private double seconds;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "TASK",
            description = "Which to measure: ${COMPLETION-CANDIDATES} (all).")
    private List<Task> only = Arrays.asList(Task.values());

    @Option(
            names = "--client-cpus",
            paramLabel = "LIST",
            defaultValue = "0",
            description = "Of the writing process (0).")
    private String clientCpus;

    @Option(
            names = "--server-cpus",
            paramLabel = "LIST",
            defaultValue = "1",
            description = "Of the reading process (1).")
    private String serverCpus;

    /** The result of one measurement, with the CPU of both processes. */
    private record Sample(double gibPerSecond, double cpuPerGib, double perSecond, double p50, double p99) {}

    private final Map<Task, Map<Way, List<Sample>>> samples = new EnumMap<>(Task.class);

    @Override
    public Integer call() throws Exception {
        for (int round = 1; round <= rounds; round++) {
            for (Way way : Way.values()) {
                System.err.println("round " + round + " of " + rounds + ": " + way);
                measure(way);
            }
        }
        samples.forEach((task, ways) -> System.out.println(report(task, ways)));
        return 0;
    }

    private void measure(Way way) throws IOException {
        Path directory = Files.createTempDirectory("zcrx-bench");
        String path = directory.resolve("socket").toString();
        Process server = start(serverCpus, SharedServer.class, List.of(way.name(), "" + PORT, path));
        try {
            BufferedReader ready = reader(server);
            if (!"ready".equals(ready.readLine())) {
                throw new IOException("The server of " + way + " did not start; its words are above.");
            }
            List<String> arguments =
                    new ArrayList<>(List.of(way.name(), "" + PORT, path, "" + Math.min(2, seconds), "" + seconds));
            only.forEach(task -> arguments.add(task.name()));
            Process client = start(clientCpus, SharedClient.class, arguments);
            BufferedReader lines = reader(client);
            for (Task task : only) {
                samples.computeIfAbsent(task, any -> new EnumMap<>(Way.class))
                        .computeIfAbsent(way, any -> new ArrayList<>())
                        .add(sample(lines, client, server));
            }
            Processes.stop(client);
        } finally {
            Processes.stop(server);
            for (Path file : Files.list(directory).toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        }
    }

    private Process start(String cpus, Class<?> main, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("taskset", "-c", cpus));
        command.addAll(ServerProcess.java(Home.find().classPath(), List.of(), main.getName()));
        command.addAll(arguments);
        long limit = LIMIT_SECONDS + (long) (only.size() * (2 + seconds));
        return Processes.start(command, Redirect.INHERIT, limit);
    }

    private static BufferedReader reader(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static Sample sample(BufferedReader lines, Process client, Process server) throws IOException {
        String begin = lines.readLine();
        ThreadUsage clientBefore = ThreadUsage.of(client.pid());
        ThreadUsage serverBefore = ThreadUsage.of(server.pid());
        String end = lines.readLine();
        if (begin == null || end == null) {
            throw new IOException("The client ended too early; its words are above.");
        }
        double cpu = ThreadUsage.of(client.pid()).since(clientBefore).seconds()
                + ThreadUsage.of(server.pid()).since(serverBefore).seconds();
        client.getOutputStream().write('\n');
        client.getOutputStream().flush();
        Map<String, String> values = KeyValues.parse(end.substring("end ".length()));
        double bytes = Double.parseDouble(values.get("bytes"));
        double took = Double.parseDouble(values.get("seconds"));
        return new Sample(
                bytes / GIB / took,
                cpu / (bytes / GIB),
                Double.parseDouble(values.get("messages")) / took,
                Double.parseDouble(values.get("p50")),
                Double.parseDouble(values.get("p99")));
    }

    private static String report(Task task, Map<Way, List<Sample>> ways) {
        Table table = new Table()
                .row(
                        task.isEcho()
                                ? List.of(task.title(), "per second", "p50 us", "p99 us", "CPU us per message")
                                : List.of(task.title(), "GiB/s", "spread", "CPU s/GiB", "spread"));
        ways.forEach((way, all) -> table.row(task.isEcho() ? echo(way, task, all) : bulk(way, all)));
        return table.text();
    }

    private static List<String> bulk(Way way, List<Sample> all) {
        double[] throughput = all.stream().mapToDouble(Sample::gibPerSecond).toArray();
        double[] cpu = all.stream().mapToDouble(Sample::cpuPerGib).toArray();
        return List.of(
                way.name(),
                number(Statistics.median(throughput)),
                number(Statistics.spread(throughput)),
                "%.4f".formatted(Statistics.median(cpu)),
                number(Statistics.spread(cpu)));
    }

    private static List<String> echo(Way way, Task task, List<Sample> all) {
        return List.of(
                way.name(),
                "%.0f".formatted(median(all, Sample::perSecond)),
                number(median(all, Sample::p50)),
                number(median(all, Sample::p99)),
                number(median(all, each -> each.cpuPerGib() * each.gibPerSecond() / each.perSecond() * 1e6)));
    }

    private static double median(List<Sample> all, ToDoubleFunction<Sample> value) {
        return Statistics.median(all.stream().mapToDouble(value).toArray());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
