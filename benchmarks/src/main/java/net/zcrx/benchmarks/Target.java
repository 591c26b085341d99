// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The server of one peer, and what stands behind it. */
final class Target implements AutoCloseable {
    /** Where memory is measured: the compiler takes and frees more of it, as it comes, than connections do. */
    private static final String NO_COMPILER = "-Xint";

    private final ServerProcess server;
    private final Process backend;
    private Pattern served;

    private Target(ServerProcess server, Process backend) {
        this.server = server;
        this.backend = backend;
    }

    /**
     * Starts them.
     *
     * @throws RunFailedException if the peer cannot do it
     */
    static Target start(Setup setup, Peer peer, Pattern pattern) throws IOException, RunFailedException {
        Set<String> services = Patterns.services(pattern);
        if (!services.contains("proxy")) {
            List<String> options = pattern.memoryConnections() > 0 ? List.of(NO_COMPILER) : List.of();
            return new Target(ServerProcess.start(setup, peer, pattern.loops(), services, options), null);
        }
        List<String> command = new ArrayList<>(setup.loadPrefix());
        command.addAll(List.of(setup.home().load().toString(), "drain"));
        Process backend = Processes.start(command, setup.errors("load"), setup.limitSeconds());
        try {
            String line = backend.inputReader().readLine();
            if (line == null) {
                throw new IOException("The backend of the proxy ended at its start; target/logs/load.log says why.");
            }
            String option = "-Dbench.backend=" + KeyValues.parse(line).get("port");
            return new Target(ServerProcess.start(setup, peer, pattern.loops(), services, List.of(option)), backend);
        } catch (IOException | RunFailedException e) {
            Processes.stop(backend);
            throw e;
        }
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

    @Override
    public void close() {
        server.close();
        if (backend != null) {
            Processes.stop(backend);
        }
    }
}
