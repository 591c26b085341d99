package net.zcrx.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** HTTP by wrk, once to warm up, unless that is for less than the second that wrk works at least, and once to measure. */
final class WrkLoad implements LoadGenerator {
    private final Setup setup;
    private final String url;
    private final Load load;
    private final Path script;
    private Process process;

    private WrkLoad(Setup setup, String url, Load load, Path script) {
        this.setup = setup;
        this.url = url;
        this.load = load;
        this.script = script;
    }

    static WrkLoad start(Setup setup, ServerProcess server, Load load) throws IOException {
        String url = "http://" + setup.address() + ':' + server.port(load.service()) + load.path();
        Path script = Files.createTempFile("post", ".lua");
        try (InputStream source = WrkLoad.class.getResourceAsStream("post.lua")) {
            Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
        }
        WrkLoad wrk = new WrkLoad(setup, url, load, script);
        if (setup.warmup() >= 1) {
            wrk.run(setup.warmup());
        }
        return wrk;
    }

    private void run(double seconds) throws IOException {
        List<String> command = new ArrayList<>(setup.loadPrefix());
        command.addAll(List.of("wrk", "-t", "1", "-c", Integer.toString(load.connections()), "--timeout", "30s"));
        command.addAll(List.of("-d", Math.max(1, Math.round(seconds)) + "s", "-s", script.toString(), url));
        command.addAll(List.of("--", Integer.toString(load.bytes())));
        process = Processes.start(command, setup.errors("wrk"), setup.limitSeconds());
    }

    @Override
    public void awaitBegin() throws IOException, RunFailedException {
        if (process != null) {
            result();
        }
        run(setup.seconds());
    }

    @Override
    public List<GroupResult> awaitEnd() throws IOException, RunFailedException {
        Map<String, String> values = result();
        if (!values.get("errors").equals("0")) {
            throw new RunFailedException("wrk saw " + values.get("errors") + " errors.");
        }
        long exchanges = Long.parseLong(values.get("exchanges"));
        return List.of(new GroupResult(
                load,
                Double.parseDouble(values.get("seconds")),
                exchanges * load.bytes(),
                exchanges,
                Double.NaN,
                Long.parseLong(values.get("p50")),
                Long.parseLong(values.get("p99")),
                Long.parseLong(values.get("p999"))));
    }

    private Map<String, String> result() throws IOException, RunFailedException {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int line = out.indexOf("exchanges=");
        if (line < 0) {
            throw new RunFailedException("wrk gave up; target/logs/wrk.log says why.");
        }
        return KeyValues.parse(out.substring(line));
    }

    @Override
    public void close() {
        if (process != null) {
            Processes.stop(process);
        }
        try {
            Files.deleteIfExists(script);
        } catch (IOException e) {
            script.toFile().deleteOnExit();
        }
    }
}
