// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** The options that all campaigns share. */
final class CampaignOptions {
    @Option(
            names = "--peers",
            split = ",",
            paramLabel = "PEER",
            description = "Which to compare: nio, epoll, io_uring, io_uring-ring, incubator, zcrx (all).")
    private List<String> peers = List.of();

    @Option(names = "--rounds", paramLabel = "N", description = "How often each pattern is measured (3 quick, 9 full).")
    private int rounds;

    @Option(names = "--seconds", paramLabel = "S", description = "Length of a measurement (0.6 quick, 2 full).")
    private double seconds;

    @Option(
            names = "--only",
            paramLabel = "PATTERN",
            defaultValue = "",
            description = "Only patterns whose name contains this, of all that there are.")
    private String only;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all figures there, after each pattern.")
    private Path json;

    @Option(
            names = "--results",
            description = "Keep the figures in benchmarks/results, beside those of other patterns, and write RESULTS.md"
                    + " anew.")
    private boolean results;

    int rounds(int otherwise) {
        return rounds > 0 ? rounds : otherwise;
    }

    double seconds(double otherwise) {
        return seconds > 0 ? seconds : otherwise;
    }

    /** Returns the text that the names of the patterns must contain; empty for all. */
    String only() {
        return only;
    }

    Path json() {
        return json;
    }

    boolean results() {
        return results;
    }

    List<Peer> peers(List<Peer> otherwise) {
        return peers.isEmpty() ? otherwise : peers.stream().map(Peer::of).collect(Collectors.toList());
    }

    /** Returns those of these options that a campaign elsewhere gets. */
    List<String> forward(int otherwiseRounds, double otherwiseSeconds) {
        String peerList = peers.isEmpty() ? "" : "--peers=" + String.join(",", peers);
        return Arrays.stream(new String[] {
                    "--rounds=" + rounds(otherwiseRounds),
                    "--seconds=" + seconds(otherwiseSeconds),
                    peerList,
                    only.isEmpty() ? "" : "--only=" + only
                })
                .filter(option -> !option.isEmpty())
                .collect(Collectors.toList());
    }

    /** Runs the campaign and shows its results; returns whether all could be measured. */
    boolean run(String suite, Setup setup, List<Pattern> patterns, List<Peer> chosen, int chosenRounds)
            throws IOException {
        PrintWriter progress = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        return show(
                new Campaign(suite, setup, patterns, chosen, chosenRounds, json, progress, QuietRun.MOST_TRIES).run());
    }

    /** Shows results, and keeps them if asked to. */
    boolean show(Results measured) throws IOException {
        System.out.println(new Report(measured, false).all());
        if (results) {
            Path module = Home.find().module();
            Path directory = module.resolve("results");
            Files.createDirectories(directory);
            Path file = directory.resolve(ResultsPage.file(measured));
            Results kept = measured;
            if (Files.exists(file)) {
                kept = measured.over(Results.read(file));
                if (kept == measured) {
                    System.out.println("The older figures in " + file
                            + " are of another machine, kernel or release, and are replaced.");
                }
            }
            kept.write(file);
            new ResultsPage(module).write();
            System.out.println("Written: " + module.resolve(ResultsPage.NAME));
        }
        return measured.patterns().stream()
                .flatMap(pattern -> pattern.runs().stream())
                .allMatch(run -> run.failure() == null);
    }
}
