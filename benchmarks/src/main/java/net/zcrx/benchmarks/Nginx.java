// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** nginx before a server, with connections to it that last. */
final class Nginx implements AutoCloseable {
    /** The name that loads use for it. */
    static final String SERVICE = "nginx";

    private static final int POLL_MILLISECONDS = 10;

    private static final String NOT_THERE =
            "nginx is missing or did not start; ./zcrx bench unpacks that of Debian, where it is not installed: ";

    private static final String CONFIGURATION = """
            daemon off;
            master_process off;
            worker_processes 1;
            pid nginx.pid;
            error_log "%s";
            events { worker_connections 4096; }
            http {
                access_log off;
                keepalive_requests 1000000000;
                client_body_buffer_size 256k;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                upstream server {
                    server %2$s:%3$d;
                    keepalive 256;
                    keepalive_requests 1000000000;
                }
                server {
                    listen %2$s:%4$d;
                    location / {
                        proxy_pass http://server;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                    }
                }
            }
            """;

    private final Process process;
    private final Path directory;
    private final int port;

    private Nginx(Process process, Path directory, int port) {
        this.process = process;
        this.directory = directory;
        this.port = port;
    }

    /**
     * Starts it and waits until it listens.
     *
     * @throws RunFailedException if it is not there, or does not come to that
     */
    static Nginx start(Setup setup, int serverPort) throws IOException, RunFailedException {
        Path directory = Files.createTempDirectory(setup.home().target(), "nginx");
        Path log = setup.home().target().resolve("logs/nginx.log");
        int port = Processes.freePort();
        Path configuration = directory.resolve("nginx.conf");
        Files.writeString(configuration, CONFIGURATION.formatted(log, setup.address(), serverPort, port));
        List<String> command = new ArrayList<>(setup.loadPrefix());
        command.addAll(List.of(System.getProperty("bench.nginx", "nginx"), "-e", log.toString()));
        command.addAll(List.of("-p", directory.toString(), "-c", configuration.toString()));
        Process process;
        try {
            process = Processes.start(command, setup.errors(SERVICE), setup.seriesLimitSeconds());
        } catch (IOException e) {
            delete(directory);
            throw new RunFailedException(NOT_THERE + e.getMessage());
        }
        Nginx nginx = new Nginx(process, directory, port);
        try {
            nginx.awaitListening();
            return nginx;
        } catch (RunFailedException e) {
            nginx.close();
            throw e;
        }
    }

    /**
     * It writes its process id when it listens. It may do so in another network namespace, where nobody here gets to.
     */
    private void awaitListening() throws RunFailedException {
        try {
            while (!Files.exists(directory.resolve("nginx.pid"))) {
                if (!process.isAlive()) {
                    throw new RunFailedException(NOT_THERE + "target/logs/nginx.log says why.");
                }
                Thread.sleep(POLL_MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunFailedException("Interrupted while nginx started.");
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
        Processes.stop(process);
        try {
            delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
