// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import net.zcrx.benchmarks.AgentModule.Way;
import net.zcrx.benchmarks.AgentSamples.Part;
import net.zcrx.benchmarks.AgentSamples.Sample;
import net.zcrx.benchmarks.LoadGenerator.GroupResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Measures servers of frameworks with the agent beside the same ones on epoll, in turns, and the time that the agent
 * adds to a start.
 */
@Command(name = "agent", description = "Servers of frameworks on epoll, and with the agent; an hour and a half.")
final class AgentCommand implements Callable<Integer> {
    /** The framework whose start is measured. */
    private static final Framework STARTED = Framework.SPRING;

    @Spec
    private CommandSpec spec;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "How often each is measured (5).")
    private int rounds;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "2", description = "Length of a measurement (2).")
    private double seconds;

    @Option(
            names = "--warmup",
            paramLabel = "S",
            defaultValue = "30",
            description = "Seconds of small requests, and of uploads, before each is measured (30): frameworks have"
                    + " much code to compile, on the processor that they serve with.")
    private double warmup;

    @Option(
            names = "--starts",
            paramLabel = "N",
            defaultValue = "15",
            description =
                    "How often the start of Spring WebFlux is measured, on all processors; 0 to leave it out (15).")
    private int starts;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "NAME",
            description = "Which to measure: ${COMPLETION-CANDIDATES} (all).")
    private List<Framework> only = Arrays.asList(Framework.values());

    @Mixin
    private ProcessorOptions processors;

    private final Map<Framework, AgentSamples> samples = new EnumMap<>(Framework.class);

    @Override
    public Integer call() throws IOException {
        Setup setup = processors.onLoopback(Machine.congestionControl(), List.of(), warmup, seconds);
        PrintWriter out = spec.commandLine().getOut();
        try {
            measureStarts(setup, out);
            measureLoads(setup);
            return 0;
        } catch (RunFailedException e) {
            spec.commandLine().getErr().println("bench: " + e.getMessage());
            return 1;
        } finally {
            samples.forEach((framework, all) -> out.println(all.report(framework)));
            out.flush();
        }
    }

    /** Returns the order of a round. The second one finds a warmer machine, so each is first in every other round. */
    private static List<Way> turns(int round) {
        return round % 2 == 1 ? List.of(Way.EPOLL, Way.AGENT) : List.of(Way.AGENT, Way.EPOLL);
    }

    private void measureStarts(Setup setup, PrintWriter out) throws IOException, RunFailedException {
        if (starts == 0 || !only.contains(STARTED)) {
            return;
        }
        StartSamples all = new StartSamples();
        for (int round = 1; round <= starts; round++) {
            say("start " + round + " of " + starts);
            Map<Way, Double> took = new EnumMap<>(Way.class);
            for (Way way : turns(round)) {
                try (FrameworkServer server = FrameworkServer.startPlainly(setup, STARTED, way)) {
                    took.put(way, server.startSeconds());
                    server.end(0);
                }
            }
            all.add(took.get(Way.EPOLL), took.get(Way.AGENT));
        }
        out.println(all.report(STARTED));
        out.flush();
    }

    private void measureLoads(Setup setup) throws IOException, RunFailedException {
        for (int round = 1; round <= rounds; round++) {
            for (Framework framework : only) {
                say("round " + round + " of " + rounds + ": " + framework.title());
                Map<Way, Sample> both = new EnumMap<>(Way.class);
                for (Way way : turns(round)) {
                    both.put(way, measure(setup, framework, way));
                }
                samples.computeIfAbsent(framework, any -> new AgentSamples())
                        .add(both.get(Way.EPOLL), both.get(Way.AGENT));
            }
        }
    }

    private static Sample measure(Setup setup, Framework framework, Way way) throws IOException, RunFailedException {
        try (FrameworkServer server = FrameworkServer.start(setup, framework, way)) {
            Measured small = measure(setup, server, framework.small());
            Measured bulk = measure(setup, server, framework.bulk());
            server.end(small.result().bytes() + bulk.result().bytes());
            return new Sample(small.part(), bulk.part());
        }
    }

    private record Measured(GroupResult result, double cpuSeconds) {
        Part part() {
            return Part.of(result, cpuSeconds);
        }
    }

    private static Measured measure(Setup setup, FrameworkServer server, Load load)
            throws IOException, RunFailedException {
        try (LoadGenerator generator = LoadGenerator.start(setup, server, List.of(load))) {
            generator.awaitBegin();
            ThreadUsage before = ThreadUsage.of(server.pid());
            generator.awaitEnd();
            double cpuSeconds = ThreadUsage.of(server.pid()).since(before).seconds();
            GroupResult result = generator.results().get(0);
            if (result.didNothing()) {
                throw new RunFailedException(
                        "Nothing went on by " + load.argument(setup, server.port(load.service())) + '.');
            }
            return new Measured(result, cpuSeconds);
        }
    }

    private void say(String progress) {
        spec.commandLine().getErr().println(progress);
        spec.commandLine().getErr().flush();
    }
}
