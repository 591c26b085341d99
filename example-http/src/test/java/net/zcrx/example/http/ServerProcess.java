// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The server in a process of its own, as people run it, with every leak looked for. */
final class ServerProcess {
    private static final int SECONDS = 60;
    private static final int SIGTERM_STATUS = 128 + 15;
    private static final Pattern LISTENING =
            Pattern.compile("listening on \\S+ port (\\d+) transport=(\\S+)(?: mode=(\\S+))?");

    private final Process process;
    private final Path directory;
    private final Path objects;
    private final int port;
    private final boolean tls;

    private ServerProcess(Process process, Path directory, Path objects, int port, boolean tls) {
        this.process = process;
        this.directory = directory;
        this.objects = objects;
        this.port = port;
        this.tls = tls;
    }

    /** The command that starts the server with these options. */
    static List<String> command(List<String> jvmOptions, String... options) {
        return Java.command(Main.class.getName(), jvmOptions, options);
    }

    /** Starts the server on a free port of the loopback interface, with a new data directory. */
    static ServerProcess start(TransportName transport, String... options) throws Exception {
        Path directory = Files.createTempDirectory("example-http");
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--transport", transport.toString()));
        ServerProcess server = start(directory, List.of(), all.toArray(new String[0]));
        Matcher listening = server.listening();
        assertEquals(transport.toString(), listening.group(2));
        return server;
    }

    /** The same, with whatever transport the options lead to. */
    static ServerProcess start(Path directory, List<String> jvmOptions, String... options) throws Exception {
        return start(List.of(), directory, jvmOptions, options);
    }

    /**
     * Starts the server on a file system of its own.
     *
     * @param mount shell commands that mount it on {@code $1}; what they mount from may lie in {@code $2}, which has an
     *     empty directory {@code device}
     */
    static ServerProcess startMounted(String mount, TransportName transport, String... options) throws Exception {
        Path directory = Files.createTempDirectory("example-http");
        Path objects = Files.createDirectory(objects(directory));
        Files.createDirectory(directory.resolve("device"));
        List<String> wrapper =
                Mounted.command(mount.replace("$1", objects.toString()).replace("$2", directory.toString()));
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--transport", transport.toString()));
        return start(wrapper, directory, List.of(), all.toArray(new String[0]));
    }

    private static ServerProcess start(List<String> wrapper, Path directory, List<String> jvmOptions, String... options)
            throws Exception {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of(
                "--host",
                "127.0.0.1",
                "--port",
                "0",
                "--data-dir",
                objects(directory).toString()));
        Path log = log(directory);
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(command(jvmOptions, all.toArray(new String[0])));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Await.until(() -> LISTENING.matcher(Files.readString(log)).find() || !process.isAlive()
                ? null
                : "the server does not listen");
        Matcher listening = LISTENING.matcher(Files.readString(log));
        if (!listening.find()) {
            fail("The server did not start:\n" + Files.readString(log));
        }
        boolean tls = all.stream().anyMatch(option -> option.startsWith("--tls"));
        Path seen = wrapper.isEmpty() ? objects(directory) : Mounted.seenBy(process, objects(directory));
        return new ServerProcess(process, directory, seen, Integer.parseInt(listening.group(1)), tls);
    }

    private static Path objects(Path directory) {
        return directory.resolve("objects");
    }

    private static Path log(Path directory) {
        return directory.resolve("log");
    }

    private Matcher listening() throws IOException {
        Matcher listening = LISTENING.matcher(log());
        assertTrue(listening.find());
        return listening;
    }

    /** The transport that it said it serves by. */
    String transport() throws IOException {
        return listening().group(2);
    }

    int port() {
        return port;
    }

    String url(String path) {
        return (tls ? "https" : "http") + "://127.0.0.1:" + port + path;
    }

    /** The data directory, as the server sees it; of one that mounts it only until its end. */
    Path objects() {
        return objects;
    }

    /** Where what it mounts from lies. */
    Path directory() {
        return directory;
    }

    String log() throws IOException {
        return Files.readString(log(directory));
    }

    Process process() {
        return process;
    }

    /** Unfinished uploads that lie in the data directory. */
    List<String> unfinished() throws IOException {
        try (Stream<Path> files = Files.list(objects())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("."))
                    .collect(Collectors.toList());
        }
    }

    /** Files of the data directory that the server has open; the names of those that were deleted say so. */
    List<String> openObjects() throws IOException {
        List<String> open = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            for (Path descriptor : descriptors.collect(Collectors.toList())) {
                try {
                    open.add(Files.readSymbolicLink(descriptor).toString());
                } catch (IOException closedMeanwhile) {
                    continue;
                }
            }
        }
        open.removeIf(target -> !target.contains("/objects/"));
        return open;
    }

    /** {@code /stats.json}, asked for by a connection of its own. */
    String stats() throws Exception {
        return get("/stats.json");
    }

    /** {@code GET} by a connection of its own. */
    String get(String path) throws Exception {
        if (tls) {
            return Program.run("curl", List.of("curl", "-sSk", "--max-time", "20", url(path)))
                    .succeeded()
                    .output();
        }
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(SECONDS));
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            String response = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(response.startsWith("HTTP/1.1 200 "), response);
            return response.substring(response.indexOf("\r\n\r\n") + 4);
        }
    }

    /** A number of {@code /stats.json}. */
    static long number(String stats, String name) {
        Matcher number = Pattern.compile("\"" + name + "\":(\\d+)").matcher(stats);
        assertTrue(number.find(), () -> name + " is not in " + stats);
        return Long.parseLong(number.group(1));
    }

    /** Waits until nothing is left of all requests: no connection but the one that asks, no buffer, no file. */
    void awaitQuiet() throws Exception {
        Await.until(() -> {
            String stats = stats();
            boolean quiet = number(stats, "connections") == 1
                    && number(stats, "heldBuffers") == 0
                    && number(stats, "heldBodyBuffers") == 0;
            return quiet && unfinished().isEmpty() ? null : "not quiet: " + stats + ", files " + unfinished();
        });
    }

    void signalStop() {
        process.destroy();
    }

    /** Collects garbage, so that buffers nobody released are found, and gives Netty an occasion to say so. */
    void assertNoLeak() throws Exception {
        collectGarbage();
        assertCleanLog();
    }

    /** After it a leak is in the log. */
    void collectGarbage() throws Exception {
        for (int round = 0; round < 3; round++) {
            Program.run(
                            "openjdk-17-jdk-headless",
                            List.of(
                                    Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                            .toString(),
                                    Long.toString(process.pid()),
                                    "GC.run"))
                    .succeeded();
            stats();
        }
    }

    void assertCleanLog() throws IOException {
        String log = log();
        for (String complaint : List.of("LEAK", "WARN", "SEVERE", "Exception", "could not", "Could not")) {
            assertTrue(!log.contains(complaint), () -> "The server said:\n" + log);
        }
    }

    /** Waits for the end of a server that was told to stop. */
    void awaitStopped() throws Exception {
        assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS), "The server does not stop.");
        assertEquals(SIGTERM_STATUS, process.exitValue(), () -> "unexpected exit status");
    }

    /** Stops the server by SIGTERM and deletes its directory. */
    void stop() throws Exception {
        signalStop();
        awaitStopped();
        String log = log();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).collect(Collectors.toList())) {
                Files.delete(file);
            }
        }
        assertTrue(!log.contains("LEAK"), log);
    }
}
