// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.unix.DomainDatagramChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import net.zcrx.ZcrxChannelOption;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxMetrics;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Payload;
import net.zcrx.reactor.netty.ZcrxLoopResources;
import net.zcrx.servers.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/** Reactor Netty's HTTP server and client; the client asks a resolver on a datagram channel of the same loops. */
class ReactorNettyTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(80);
    private static final byte[] BODY = Payload.random(1, 10_000_000);

    @Test
    void shouldEcho() {
        try (Loops loops = Loops.zcrx(2)) {
            LoopResources resources = new ZcrxLoopResources(loops.group());
            DisposableServer server = serve(resources, new InetSocketAddress("127.0.0.1", 0));
            try {
                HttpClient client =
                        HttpClient.create(ConnectionProvider.newConnection()).runOn(resources);
                assertArrayEquals(BODY, echo(client, "http://localhost:" + server.port()));
            } finally {
                server.disposeNow(TIMEOUT);
            }
            assertTrue(loops.sum(ZcrxMetrics::copiedBytes) > 2L * BODY.length);
        }
    }

    /**
     * A server that passes all on, with a client on the same loops, which must not take in more than it can pass on.
     */
    @Test
    void shouldEchoThroughGateway() {
        try (Loops loops = Loops.zcrx(2)) {
            LoopResources resources = new ZcrxLoopResources(loops.group());
            DisposableServer server = serve(resources, new InetSocketAddress("127.0.0.1", 0));
            HttpClient backend = HttpClient.create(ConnectionProvider.newConnection())
                    .runOn(resources)
                    .option(ZcrxChannelOption.RECEIVE_GRANT, 64 * 1024);
            DisposableServer gateway = HttpServer.create()
                    .runOn(resources)
                    .childOption(ZcrxChannelOption.RECEIVE_GRANT, 64 * 1024)
                    .host("127.0.0.1")
                    .handle((request, response) -> response.send(backend.post()
                            .uri("http://localhost:" + server.port())
                            .send(request.receive().retain())
                            .responseContent()
                            .retain()))
                    .bindNow(TIMEOUT);
            try {
                HttpClient client =
                        HttpClient.create(ConnectionProvider.newConnection()).runOn(resources);
                assertArrayEquals(BODY, echo(client, "http://localhost:" + gateway.port()));
            } finally {
                gateway.disposeNow(TIMEOUT);
                server.disposeNow(TIMEOUT);
            }
            assertTrue(loops.sum(ZcrxMetrics::copiedBytes) > 4L * BODY.length);
        }
    }

    @Test
    void shouldEchoOverDomainSocket(@TempDir Path directory) {
        DomainSocketAddress address =
                new DomainSocketAddress(directory.resolve("http").toString());
        try (Loops loops = Loops.zcrx(2)) {
            LoopResources resources = new ZcrxLoopResources(loops.group());
            DisposableServer server = serve(resources, address);
            try {
                HttpClient client = HttpClient.create(ConnectionProvider.newConnection())
                        .runOn(resources)
                        .remoteAddress(() -> address);
                assertArrayEquals(BODY, echo(client, "/"));
            } finally {
                server.disposeNow(TIMEOUT);
            }
        }
    }

    private static DisposableServer serve(LoopResources resources, SocketAddress address) {
        return HttpServer.create()
                .runOn(resources)
                .bindAddress(() -> address)
                .handle((request, response) -> response.send(request.receive().retain()))
                .bindNow(TIMEOUT);
    }

    private static byte[] echo(HttpClient client, String uri) {
        return client.post()
                .uri(uri)
                .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(BODY)))
                .responseContent()
                .aggregate()
                .asByteArray()
                .block(TIMEOUT);
    }

    /** The loops are no daemons: without an end of them the program has none. */
    @Test
    void shouldLetProgramEnd() throws Exception {
        String said = Program.java("-cp", System.getProperty("java.class.path"), Disposing.class.getName());
        assertTrue(said.contains("Hello World, disposed"), said);
    }

    static final class Disposing {
        public static void main(String[] args) {
            LoopResources resources = new ZcrxLoopResources(new ZcrxEventLoopGroup(2));
            DisposableServer server = HttpServer.create()
                    .runOn(resources)
                    .host("127.0.0.1")
                    .port(0)
                    .handle((request, response) -> response.sendString(Mono.just("Hello World")))
                    .bindNow(TIMEOUT);
            String said = HttpClient.create()
                    .runOn(resources)
                    .get()
                    .uri("http://127.0.0.1:" + server.port())
                    .responseContent()
                    .aggregate()
                    .asString()
                    .block(TIMEOUT);
            server.disposeNow(TIMEOUT);
            resources.disposeLater(Duration.ZERO, TIMEOUT).block(TIMEOUT);
            System.out.println(said + (resources.isDisposed() ? ", disposed" : ", not disposed"));
        }
    }

    @Test
    void shouldTellWhenItIsDisposed() {
        EventLoopGroup group = new ZcrxEventLoopGroup(1);
        LoopResources resources = new ZcrxLoopResources(group);
        assertFalse(resources.isDisposed());
        resources.dispose();
        assertTrue(resources.isDisposed());
        resources.disposeLater(Duration.ZERO, TIMEOUT).block(TIMEOUT);
        assertTrue(group.isTerminated());
    }

    /** A thread would keep a program that makes resources and never uses them from its end. */
    @Test
    void shouldStartNoThreadBeforeItIsUsed() {
        AtomicInteger threads = new AtomicInteger();
        EventLoopGroup group = new ZcrxEventLoopGroup(2, (ThreadFactory) task -> {
            threads.incrementAndGet();
            return new Thread(task);
        });
        LoopResources resources = new ZcrxLoopResources(group);
        assertSame(group, resources.onServer(true));
        assertEquals(0, threads.get());
        EventLoopGroup clients = resources.onClient(true);
        assertSame(clients, resources.onClient(true));
        for (EventExecutor loop : group) {
            // A client that is used on a loop stays there.
            assertSame(loop, loop.submit(clients::next).syncUninterruptibly().getNow());
        }
        resources.disposeLater(Duration.ZERO, TIMEOUT).block(TIMEOUT);
    }

    @Test
    void shouldRefuseLoopsOfAnotherTransport() {
        try (Loops loops = Loops.nio(1)) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> new ZcrxLoopResources(loops.group()));
            assertTrue(e.getMessage().contains("ZcrxIoHandler.newFactory()"), e::getMessage);
        }
    }

    @Test
    void shouldNameChannelThatThereIsNot() {
        try (Loops loops = Loops.zcrx(1)) {
            LoopResources resources = new ZcrxLoopResources(loops.group());
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> resources.onChannel(DomainDatagramChannel.class, loops.group()));
            assertEquals(
                    "There is no DomainDatagramChannel on io_uring. Give what needs it LoopResources of its own:"
                            + " LoopResources.create(\"name\").",
                    e.getMessage());
        }
    }
}
