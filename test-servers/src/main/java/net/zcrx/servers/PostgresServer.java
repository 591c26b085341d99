// SPDX-License-Identifier: Apache-2.0
package net.zcrx.servers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL with a cluster of its own, which nobody needs a password for. */
public final class PostgresServer implements AutoCloseable {
    public static final String USER = "postgres";
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

    private final int port = Ports.free();
    private final Program program;

    private PostgresServer(Path bin, Path directory) throws IOException {
        List<String> user = user(directory);
        String cluster = directory.resolve("cluster").toString();
        Program.run(command(
                user,
                bin.resolve("initdb"),
                "--no-sync",
                "--locale=C",
                "--encoding=UTF8",
                "--auth=trust",
                "--username=" + USER,
                "--pgdata=" + cluster));
        program = Program.start(command(
                user,
                bin.resolve("postgres"),
                "-D",
                cluster,
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "fsync=off"));
        program.awaitSaid("database system is ready to accept connections");
    }

    /** Starts it, or skips the test where there is none. */
    public static PostgresServer start(Path directory) throws IOException {
        assumeTrue(Files.isDirectory(VERSIONS), "Debian's package postgresql is not installed");
        try (Stream<Path> versions = Files.list(VERSIONS)) {
            Path bin = versions.map(version -> version.resolve("bin"))
                    .filter(folder -> Files.isExecutable(folder.resolve("initdb")))
                    .findAny()
                    .orElse(null);
            assumeTrue(bin != null, "Debian's package postgresql is not installed");
            return new PostgresServer(bin, directory);
        }
    }

    /**
     * Returns the command that changes the user. PostgreSQL refuses to be root: then it runs as the user of its
     * package, which also gets the directory.
     */
    private static List<String> user(Path directory) throws IOException {
        if (!"root".equals(System.getProperty("user.name"))) {
            return List.of();
        }
        Program.run(List.of("chown", USER, directory.toString()));
        return List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups");
    }

    private static List<String> command(List<String> user, Path command, String... arguments) {
        List<String> all = new ArrayList<>(user);
        all.add(command.toString());
        all.addAll(List.of(arguments));
        return all;
    }

    public int port() {
        return port;
    }

    @Override
    public void close() throws IOException {
        program.stop();
        program.close();
    }
}
