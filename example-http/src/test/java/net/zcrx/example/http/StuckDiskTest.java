// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that does not answer holds up its own thread, and not the end of the server. */
class StuckDiskTest {
    /** After which a container's runtime kills. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private final CountDownLatch disk = new CountDownLatch(1);

    private void waitForDisk() {
        boolean interrupted = false;
        while (disk.getCount() > 0) {
            try {
                disk.await();
            } catch (InterruptedException e) {
                // As a thread in a system call, it does not hear of it.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void shouldEndWithinGraceTime() throws Exception {
        ObjectStore store = ObjectStore.open(directory, 2, false);
        Transport transport = new Transport(
                "nio",
                new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()),
                NioServerSocketChannel.class,
                new CopyingStats("nio", () -> 0));
        ServerConfig config = new ServerConfig("127.0.0.1", 0, 1, Duration.ofSeconds(1), null);
        HttpServer server = HttpServer.start(config, transport, store, new ServerMetrics(transport, new LongAdder()));
        Thread test = Thread.currentThread();
        CompletableFuture<Void> stuck = new CompletableFuture<>();
        Await.until(() -> {
            // On the disk thread, if that has not been faster than this one.
            store.open("none").whenComplete((object, failure) -> {
                if (Thread.currentThread() != test) {
                    stuck.complete(null);
                    waitForDisk();
                }
            });
            return stuck.isDone() ? null : "No disk thread is held.";
        });
        try {
            assertTimeoutPreemptively(GRACE, server::close);
        } finally {
            disk.countDown();
        }
    }
}
