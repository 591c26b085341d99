// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import net.zcrx.lessons.Child;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What is in the way of a connection is told: descriptors, users, paths. */
class LimitsTest {
    private static final List<String> OTHER_USER = List.of(
            "setpriv",
            "--reuid=65534",
            "--clear-groups",
            "--inh-caps=+dac_override,+ipc_lock",
            "--ambient-caps=+dac_override,+ipc_lock");

    @RegisterExtension
    final SharedLoops loops = new SharedLoops(1);

    @TempDir
    Path directory;

    private static void assertWords(String words, String outcome) {
        assertTrue(outcome.contains(words), () -> outcome + " has not: " + words);
    }

    @Test
    void shouldTellThatNoDescriptorIsLeft() throws Exception {
        try (Child child = new Child(List.of("prlimit", "--nofile=300"), LimitsChild.class)) {
            assertWords("This process has no descriptor left", child.await("area"));
            assertWords("no descriptor left", child.await("free0"));
            for (int free = 1; free <= 3; free++) {
                // The client has none for its memory, or the server none for the connection or for that memory.
                String outcome = child.await("free" + free);
                assertTrue(outcome.matches(".*(no descriptor left|did not answer|descriptors left).*"), outcome);
            }
            for (int free = 4; free <= 6; free++) {
                child.await("free" + free);
            }
            assertEquals("null", child.await("end"));
        }
    }

    /**
     * What it hands on goes with descriptors that it has, and one that it has not: it is copied, and no rule is broken.
     */
    @Test
    void shouldCopyWhatCannotBeHandedOnForWantOfDescriptors() throws Exception {
        AtomicLong bytes = new AtomicLong();
        BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
        Channel server = loops.server(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        bytes.addAndGet(((ByteBuf) message).readableBytes());
                        ((ByteBuf) message).release();
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                        failures.add(cause);
                    }
                })
                .bind()
                .sync()
                .channel();
        String address = ((DomainSocketAddress) server.localAddress()).path();
        try (Child child = new Child(List.of("prlimit", "--nofile=300"), SharedChild.class, "starved", address);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(child.await("port")))) {
            socket.getOutputStream().write(new byte[100_000]);
            int all = 1 + SharedChild.WRITES * SharedChild.WRITE_BYTES;
            loops.await("all has come", () -> bytes.get() == all || !failures.isEmpty());
            assertEquals(List.of(), List.copyOf(failures));
            server.close().sync();
        }
    }

    @Test
    void shouldRefuseOtherUser() throws Exception {
        String own = listen(false);
        String any = listen(true);
        try (Child child = new Child(OTHER_USER, LimitsChild.class, own, "false", own, "true", any, "true")) {
            assertWords("and this process of user 65534", child.await("outcome"));
            assertWords("ANY_USER is set there", child.await("outcome"));
            assertEquals("null", child.await("outcome"));
        }
    }

    /** Returns an abstract name, which needs no permission. */
    private String listen(boolean anyUser) throws InterruptedException {
        String name = "zcrx-" + UUID.randomUUID();
        loops.server(new ChannelInboundHandlerAdapter())
                .option(ZcrxSharedChannelConfig.ANY_USER, anyUser)
                .bind(new DomainSocketAddress('\0' + name))
                .sync();
        return name;
    }

    private String bindFailure(String path) {
        return assertThrows(
                        Exception.class,
                        () -> loops.server(new ChannelInboundHandlerAdapter())
                                .bind(new DomainSocketAddress(path))
                                .sync())
                .getMessage();
    }

    private String connectFailure(String path) {
        return assertThrows(
                        Exception.class,
                        () -> loops.client(new ChannelInboundHandlerAdapter())
                                .connect(new DomainSocketAddress(path))
                                .sync())
                .getMessage();
    }

    @Test
    void shouldTellWhatIsWrongWithPath() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        String here = directory.resolve("s").toString();
        loops.server(new ChannelInboundHandlerAdapter())
                .bind(new DomainSocketAddress(here))
                .sync();
        assertWords("no socket", bindFailure(file.toString()));
        assertTrue(Files.exists(file), "It is somebody's.");
        assertWords("another server listens there", bindFailure(here));
        assertWords("choose a shorter one", bindFailure(here + "x".repeat(200)));
        assertWords("No such file", bindFailure(directory + "/there/is/none"));
        assertWords("No server", connectFailure(file.toString()));
        assertWords("No server", connectFailure(directory + "/none"));
        assertWords("too long", connectFailure(here + "x".repeat(200)));
        assertWords("No server", connectFailure("\0" + UUID.randomUUID()));
        assertWords("ends at a zero character", bindFailure(here + "\0x"));
        assertWords("ends at a zero character", connectFailure(here + "\0x"));
    }

    @Test
    void shouldTellWhatIsNoAddress() throws Exception {
        InetSocketAddress inet = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        Channel server = loops.server(new ChannelInboundHandlerAdapter())
                .register()
                .sync()
                .channel();
        Throwable failure = server.bind(inet).await().cause();
        assertWords("has a DomainSocketAddress", failure.getMessage());
        server.bind(SharedLoops.newAddress()).sync();
        failure = server.bind(SharedLoops.newAddress()).await().cause();
        assertWords("listens at", failure.getMessage());
        assertTrue(server.isActive());
        Channel client = loops.client(new ChannelInboundHandlerAdapter())
                .register()
                .sync()
                .channel();
        failure = client.connect(inet).await().cause();
        assertWords("has a DomainSocketAddress", failure.getMessage());
        client.connect(server.localAddress()).sync();
    }
}
