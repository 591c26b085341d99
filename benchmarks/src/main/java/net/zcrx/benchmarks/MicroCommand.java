// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import net.zcrx.benchmarks.MicroResults.Score;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs JMH, and the C loops beside it. */
@Command(name = "micro", description = "Micro-benchmarks by JMH, with loops in C beside.")
final class MicroCommand implements Callable<Integer> {
    private static final String OFF_LOOP = "offLoop";
    private static final int MAX_RELEASING_THREADS = 4;
    private static final String ALLOCATED = "gc.alloc.rate.norm";
    /** A buffer is one of the loop, and one of the thread that releases it. */
    private static final int OPERATIONS_OFF_LOOP = 2;
    /** How often the C loops run before the benchmarks, and again after them. */
    private static final int C_RUNS = 5;

    @Option(
            names = "--only",
            paramLabel = "PATTERN",
            defaultValue = "",
            description = "Only benchmarks whose name matches.")
    private String only;

    @Option(
            names = "--forks",
            paramLabel = "N",
            defaultValue = "1",
            description = "Virtual machines for each benchmark (${DEFAULT-VALUE}).")
    private int forks;

    @Option(
            names = "--iterations",
            paramLabel = "N",
            defaultValue = "3",
            description = "Measurements of each, and as many to warm up (${DEFAULT-VALUE}).")
    private int iterations;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "1",
            description = "Length of a measurement (${DEFAULT-VALUE}).")
    private double seconds;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
    private Path json;

    @Option(names = "--results", description = "Keep the figures in benchmarks/results, and write RESULTS.md anew.")
    private boolean results;

    @Override
    public Integer call() throws IOException, RunnerException {
        Home home = Home.find();
        Map<String, List<Double>> inC = new LinkedHashMap<>();
        runInC(home, inC);
        List<Score> scores = new ArrayList<>();
        for (RunResult result : oneThread()) {
            scores.add(score(name(result), result.getPrimaryResult(), result, 1));
        }
        if ("ReceiveCycleBenchmark.offLoop".contains(only)) {
            for (int threads = 1; threads <= MAX_RELEASING_THREADS; threads++) {
                scores.addAll(offLoop(threads));
            }
        }
        runInC(home, inC);
        inC.forEach((name, values) -> scores.add(new Score(
                MicroResults.IN_C + name,
                Statistics.median(
                        values.stream().mapToDouble(Double::doubleValue).toArray()),
                Double.NaN,
                Double.NaN)));
        MicroResults measured = new MicroResults(Machine.describe(Machine.congestionControl()), scores);
        System.out.println(measured.table().text());
        System.out.println(measured.goals().text());
        if (json != null) {
            measured.write(json);
        }
        if (results) {
            Path directory = home.module().resolve("results");
            Files.createDirectories(directory);
            measured.write(directory.resolve(MicroResults.NAME));
            new ResultsPage(home.module()).write();
        }
        return 0;
    }

    private Collection<RunResult> oneThread() throws RunnerException {
        try {
            return new Runner(options().exclude("\\." + OFF_LOOP + "$").build()).run();
        } catch (NoBenchmarksException e) {
            // Only those on several threads were asked for.
            return List.of();
        }
    }

    private ChainedOptionsBuilder options() {
        TimeValue time = TimeValue.milliseconds((long) (seconds * 1000));
        return new OptionsBuilder()
                .include("net\\.zcrx\\.benchmarks\\.micro\\..*" + only)
                .forks(forks)
                .warmupIterations(iterations)
                .warmupTime(time)
                .measurementIterations(iterations)
                .measurementTime(time)
                // It allocates for one buffer of 128, Netty's own as ours; the rest is of interest.
                .jvmArgsAppend("-Dio.netty.leakDetection.level=disabled")
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true);
    }

    /** The time of the loop for a buffer that other threads release. */
    private List<Score> offLoop(int threads) throws RunnerException {
        Collection<RunResult> run = new Runner(options()
                        .include("\\." + OFF_LOOP + "$")
                        .exclude("\\.micro\\.(?!ReceiveCycleBenchmark\\." + OFF_LOOP + "$)")
                        .threadGroups(1, threads)
                        .build())
                .run();
        List<Score> scores = new ArrayList<>();
        for (RunResult result : run) {
            scores.add(score(
                    name(result) + ", " + threads + " releasing",
                    result.getSecondaryResults().get("receive"),
                    result,
                    OPERATIONS_OFF_LOOP));
        }
        return scores;
    }

    /** @param operations that JMH counts for each one that is reported */
    private static Score score(String name, Result<?> time, RunResult result, int operations) {
        Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
        double bytes = allocated == null ? Double.NaN : allocated.getScore() * operations;
        return new Score(name, time.getScore(), time.getScoreError(), bytes);
    }

    private static String name(RunResult result) {
        String benchmark = result.getParams().getBenchmark();
        String kind = result.getParams().getParam("kind");
        return benchmark.substring(benchmark.indexOf("micro.") + "micro.".length()) + (kind == null ? "" : " " + kind);
    }

    private static void runInC(Home home, Map<String, List<Double>> values) throws IOException {
        for (int i = 0; i < C_RUNS; i++) {
            Process process = new ProcessBuilder(home.load().toString(), "cycle")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            KeyValues.parse(out)
                    .forEach((name, value) -> values.computeIfAbsent(name, key -> new ArrayList<>())
                            .add(Double.parseDouble(value)));
        }
    }
}
