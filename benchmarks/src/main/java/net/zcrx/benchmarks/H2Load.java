// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** h2load of nghttp2: HTTP/2, and HTTP/1.1 with TLS. */
final class H2Load extends LoadGenerator {
    private static final double MILLISECONDS = 1000;
    private static final int NANOSECONDS_PER_MICROSECOND = 1000;
    private static final Pattern REQUESTS =
            Pattern.compile("requests: .* (\\d+) succeeded, (\\d+) failed, (\\d+) errored, (\\d+) timeout");

    private final Load load;
    private final double seconds;
    private final Path latencies;

    private H2Load(Process process, Load load, double seconds, Path latencies) {
        super(process);
        this.load = load;
        this.seconds = seconds;
        this.latencies = latencies;
    }

    static H2Load start(Setup setup, Ports server, Load load) throws IOException {
        Path latencies = Files.createTempFile("h2load", ".tsv");
        List<String> command = new ArrayList<>(setup.loadPrefix());
        command.addAll(List.of("h2load", "--threads=1", "--clients=" + load.connections()));
        command.add("--max-concurrent-streams=" + load.streams());
        command.add("--warm-up-time=" + Math.round(setup.warmup() * MILLISECONDS) + "ms");
        command.add("--duration=" + Math.round(setup.seconds() * MILLISECONDS) + "ms");
        command.add("--log-file=" + latencies);
        if (load.kind() == Kind.HTTPS) {
            command.add("--h1");
        }
        if (load.path().equals("/download")) {
            command.add("--header=size: " + load.bytes());
        } else {
            command.add("--data=" + body(setup, load.bytes()));
        }
        String scheme = load.kind() == Kind.HTTPS ? "https://" : "http://";
        command.add(scheme + setup.address() + ':' + server.port(load.service()) + load.path());
        Process process = Processes.start(command, setup.errors("load"), setup.limitSeconds());
        return new H2Load(process, load, setup.seconds(), latencies);
    }

    /** Returns a file of this number of bytes. */
    private static Path body(Setup setup, int bytes) throws IOException {
        Path body =
                Files.createDirectories(setup.home().target().resolve("bodies")).resolve(Integer.toString(bytes));
        if (!Files.exists(body)) {
            Files.write(body, new byte[bytes]);
        }
        return body;
    }

    @Override
    void awaitBegin() throws IOException, RunFailedException {
        read(line -> line.startsWith("Main benchmark duration is started"));
    }

    @Override
    void awaitEnd() throws IOException, RunFailedException {
        read(line -> line.startsWith("Main benchmark duration is over"));
    }

    @Override
    List<GroupResult> results() throws IOException, RunFailedException {
        Matcher requests = REQUESTS.matcher(read(line -> line.startsWith("requests: ")));
        if (!requests.find()) {
            throw new RunFailedException("This h2load's figures are of another form than those of nghttp2 1.52.");
        }
        for (int kind = 2; kind <= requests.groupCount(); kind++) {
            if (!requests.group(kind).equals("0")) {
                throw new RunFailedException("h2load has requests that failed: " + requests.group());
            }
        }
        long succeeded = Long.parseLong(requests.group(1));
        return List.of(new GroupResult(
                load, seconds, Double.NaN, succeeded * load.bytes(), succeeded, Double.NaN, latenciesOfRequests()));
    }

    /** Reads latencies from lines with the time when a request began, its status, and the microseconds that it took. */
    private Histogram latenciesOfRequests() throws IOException {
        Histogram histogram = latencies();
        try (Stream<String> lines = Files.lines(latencies)) {
            lines.forEach(
                    line -> histogram.recordValue(Long.parseLong(line.split("\t")[2]) * NANOSECONDS_PER_MICROSECOND));
        }
        return histogram;
    }

    @Override
    public void close() {
        super.close();
        try {
            Files.deleteIfExists(latencies);
        } catch (IOException e) {
            System.err.println(latencies + " is left: " + e.getMessage());
        }
    }
}
