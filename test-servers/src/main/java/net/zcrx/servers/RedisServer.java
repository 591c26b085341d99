// SPDX-License-Identifier: Apache-2.0
package net.zcrx.servers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Redis that forgets all when it ends. */
public final class RedisServer implements AutoCloseable {
    private static final Path COMMAND = Path.of("/usr/bin/redis-server");

    private final int port = Ports.free();
    private final Path socket;
    private final Program program;

    private RedisServer(Path directory) throws IOException {
        socket = directory.resolve("redis.socket");
        program = Program.start(List.of(
                COMMAND.toString(),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--unixsocket",
                socket.toString(),
                "--save",
                "",
                "--dir",
                directory.toString()));
        program.awaitSaid("Ready to accept connections");
    }

    /** Starts it, or skips the test where there is none. */
    public static RedisServer start(Path directory) throws IOException {
        assumeTrue(Files.isExecutable(COMMAND), "Debian's package redis-server is not installed");
        return new RedisServer(directory);
    }

    public int port() {
        return port;
    }

    public Path socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        program.stop();
        program.close();
    }
}
