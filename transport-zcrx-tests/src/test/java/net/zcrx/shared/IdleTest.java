// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a connection takes while nothing goes over it. */
class IdleTest {
    private static final int BYTES = 6_000_000;
    private static final int MOST_BYTES = 256 * 1024;

    @RegisterExtension
    final SharedLoops loops = new SharedLoops(2);

    /** The memory of connections between processes that the system has given, in bytes. */
    private static long memory() throws IOException {
        long blocks = 0;
        for (Path map : Files.list(Path.of("/proc/self/fd")).toList()) {
            try {
                if (Files.readSymbolicLink(map).toString().startsWith("/memfd:zcrx")
                        && Files.size(map) == Layout.BYTES) {
                    blocks += Long.parseLong(stat(map));
                }
            } catch (IOException e) {
                // It was closed meanwhile.
                continue;
            }
        }
        return blocks * 512;
    }

    private static String stat(Path file) throws IOException {
        Process stat = new ProcessBuilder(
                        "stat",
                        "-L",
                        "-c",
                        "%b",
                        "/proc/" + ProcessHandle.current().pid() + "/fd/" + file.getFileName())
                .start();
        return new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
    }

    @Test
    void shouldGiveMemoryBackThatWasUsed() throws Exception {
        byte[] data = SharedChannelTest.random(BYTES);
        SharedChannelTest.Comparison comparison = new SharedChannelTest.Comparison(data);
        Channel client = loops.connect(new SharedChannelTest.Echo(), comparison);
        client.writeAndFlush(Unpooled.wrappedBuffer(data)).sync();
        comparison.await();
        // Both sides of the connection have it open.
        loops.await("memory is given back", () -> memory() / 2 <= MOST_BYTES);
        assertTrue(client.isActive());
        SharedChannelTest.Comparison again = new SharedChannelTest.Comparison(data);
        client.pipeline().replace(comparison, "again", again);
        client.writeAndFlush(Unpooled.wrappedBuffer(data)).sync();
        again.await();
    }
}
