// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The server of one peer, and what stands behind it or before it, on the load generator's side. */
final class Target implements AutoCloseable {
    /** The option where memory is measured: the compiler takes and frees more of it, at random, than connections do. */
    private static final String NO_COMPILER = "-Xint";
    /** The service that stands behind nginx. */
    private static final String BEHIND_NGINX = "http_server";

    private final Deque<Runnable> parts = new ArrayDeque<>();
    private ServerProcess server;
    private Pattern served;

    private Target() {}

    /**
     * Starts them.
     *
     * @throws RunFailedException if the peer cannot do it
     */
    static Target start(Setup setup, Peer peer, Pattern pattern) throws IOException, RunFailedException {
        return start(setup, peer, pattern, List.of());
    }

    /** The same with more options of the server's JVM. */
    static Target start(Setup setup, Peer peer, Pattern pattern, List<String> moreOptions)
            throws IOException, RunFailedException {
        Target target = new Target();
        try {
            target.startAll(setup, peer, pattern, moreOptions);
            return target;
        } catch (IOException | RunFailedException e) {
            target.close();
            throw e;
        }
    }

    private void startAll(Setup setup, Peer peer, Pattern pattern, List<String> moreOptions)
            throws IOException, RunFailedException {
        Set<String> services = new HashSet<>(Patterns.services(pattern));
        boolean behindNginx = services.remove(Nginx.SERVICE);
        if (behindNginx) {
            services.add(BEHIND_NGINX);
        }
        List<String> options = new ArrayList<>(moreOptions);
        if (pattern.memoryConnections() > 0) {
            options.add(NO_COMPILER);
        }
        if (services.contains("proxy")) {
            options.add("-Dbench.backend=" + startDrain(setup));
        }
        if (services.contains("gateway")) {
            options.add("-Dbench.backend=" + startSlowBackend(setup));
        }
        server = ServerProcess.start(setup, peer, pattern.loops(), services, options);
        parts.push(server::close);
        if (behindNginx) {
            Nginx nginx = Nginx.start(setup, server.port(BEHIND_NGINX));
            parts.push(nginx::close);
            server.isReachedBy(Nginx.SERVICE, nginx.port());
        }
    }

    private String startDrain(Setup setup) throws IOException {
        List<String> command = new ArrayList<>(setup.loadPrefix());
        command.addAll(List.of(setup.home().load().toString(), "drain"));
        Process drain = Processes.start(command, setup.errors("load"), setup.seriesLimitSeconds());
        parts.push(() -> Processes.stop(drain));
        String line = drain.inputReader().readLine();
        if (line == null) {
            throw new IOException("The backend of the proxy ended at its start; target/logs/load.log says why.");
        }
        return KeyValues.parse(line).get("port");
    }

    /** Starts a slow backend, the same for all peers. */
    private int startSlowBackend(Setup setup) throws IOException, RunFailedException {
        ServerProcess backend = ServerProcess.start(setup.onLoadSide(), Peer.EPOLL, 1, Set.of("http_slow"), List.of());
        parts.push(backend::close);
        return backend.port("http_slow");
    }

    ServerProcess server() {
        return server;
    }

    /** Returns the pattern that it served last, or {@code null} if it is fresh. From now on that is {@code next}. */
    Pattern serve(Pattern next) {
        Pattern before = served;
        served = next;
        return before;
    }

    /** Ends all processes, those that use others first. */
    @Override
    public void close() {
        while (!parts.isEmpty()) {
            parts.pop().run();
        }
    }
}
