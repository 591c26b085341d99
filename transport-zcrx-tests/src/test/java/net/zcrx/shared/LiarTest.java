// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.zcrx.memory.Area;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that breaks each rule of a connection once, as its client and as its server: the connection ends with a
 * sentence, all that was opened or mapped for it goes, and another connection of the same loop goes on.
 */
class LiarTest {
    @TempDir
    Path directory;

    @RegisterExtension
    final SharedLoops loops = new SharedLoops(1);

    @ChannelHandler.Sharable
    private static final class Victim extends SharedChannelTest.Echo {
        final BlockingQueue<Channel> active = new LinkedBlockingQueue<>();
        final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

        @Override
        public void channelActive(ChannelHandlerContext context) {
            active.add(context.channel());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failures.add(cause);
        }
    }

    static int descriptors() {
        return new File("/proc/self/fd").list().length;
    }

    @TestFactory
    Stream<DynamicTest> shouldEndConnectionOfLyingClient() throws Exception {
        Victim victim = new Victim();
        Channel server = loops.server(victim).bind().sync().channel();
        DomainSocketAddress address = (DomainSocketAddress) server.localAddress();
        return tests(victim, () -> Liar.client(address));
    }

    @TestFactory
    Stream<DynamicTest> shouldEndConnectionToLyingServer() throws Exception {
        Victim victim = new Victim();
        DomainSocketAddress address = SharedLoops.newAddress();
        Socket listener = Liar.listen(address);
        return tests(victim, () -> {
                    ChannelFuture connected = loops.client(victim).connect(address);
                    Liar liar = Liar.server(listener);
                    connected.sync();
                    return liar;
                })
                .onClose(() -> ControlSocket.close(listener.intValue()));
    }

    @FunctionalInterface
    private interface Meeting {
        Liar begin() throws Exception;
    }

    private Stream<DynamicTest> tests(Victim victim, Meeting meeting) throws Exception {
        Witness witness = new Witness(loops, 1);
        witness.look();
        List<Lie> lies = new Lies(new BadDescriptors(directory)).all();
        return lies.stream()
                .map(lie -> dynamicTest(lie.name(), () -> {
                    int before = descriptors();
                    long mapped = Area.mappedBytes();
                    victim.failures.clear();
                    victim.active.clear();
                    try (Liar liar = meeting.begin()) {
                        Channel channel = victim.active.poll(SharedLoops.SECONDS, TimeUnit.SECONDS);
                        lie.telling().tell(liar);
                        assertTrue(
                                channel.closeFuture().await(SharedLoops.SECONDS, TimeUnit.SECONDS),
                                "The connection goes on.");
                        Throwable failure = victim.failures.poll(SharedLoops.SECONDS, TimeUnit.SECONDS);
                        assertTrue(failure != null && failure.getMessage().contains(lie.words()), () -> "" + failure);
                        witness.look();
                    }
                    loops.await("descriptors closed", () -> descriptors() <= before);
                    loops.await("memory unmapped", () -> Area.mappedBytes() <= mapped);
                    assertTrue(victim.failures.isEmpty(), "It was told once.");
                }));
    }

    /** Whatever comes first instead of a hello. */
    @TestFactory
    Stream<DynamicTest> shouldRefuseLyingClient() throws Exception {
        Channel server = loops.server(new Victim()).bind().sync().channel();
        DomainSocketAddress address = (DomainSocketAddress) server.localAddress();
        Witness witness = new Witness(loops, 2);
        witness.look();
        List<Lie> lies = new HandshakeLies(new BadDescriptors(directory)).hellos();
        return lies.stream()
                .map(lie -> dynamicTest(lie.name(), () -> {
                    int before = descriptors();
                    try (Liar liar = Liar.silentClient(address)) {
                        lie.telling().tell(liar);
                        if (!lie.words().isEmpty()) {
                            Message answer = liar.receive();
                            assertEquals(Message.REFUSAL + " " + lie.words(), answer.kind() + " " + answer.number());
                        }
                        awaitEnd(liar);
                        witness.look();
                    }
                    loops.await("descriptors closed", () -> descriptors() <= before);
                }));
    }

    private static void awaitEnd(Liar liar) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SharedLoops.SECONDS);
        while (liar.control.send(Message.RING)) {
            assertTrue(System.nanoTime() - deadline < 0, "The connection goes on.");
            Thread.sleep(1);
        }
    }

    /** Whatever answers a hello. */
    @TestFactory
    Stream<DynamicTest> shouldRefuseLyingServer() throws Exception {
        DomainSocketAddress address = SharedLoops.newAddress();
        Socket listener = Liar.listen(address);
        Witness witness = new Witness(loops, 3);
        witness.look();
        return HandshakeLies.answers().stream()
                .map(lie -> dynamicTest(lie.name(), () -> {
                    int before = descriptors();
                    long mapped = Area.mappedBytes();
                    ChannelFuture connected = loops.client(new Victim()).connect(address);
                    try (Liar liar = Liar.silentServer(listener)) {
                        ControlSocket.close(liar.receive().descriptors());
                        lie.telling().tell(liar);
                        assertTrue(connected.await(SharedLoops.SECONDS, TimeUnit.SECONDS), "It waits still.");
                        String failure = "" + connected.cause();
                        assertTrue(failure.contains(lie.words()), failure);
                        witness.look();
                    }
                    loops.await("descriptors closed", () -> descriptors() <= before);
                    loops.await("memory unmapped", () -> Area.mappedBytes() <= mapped);
                }))
                .onClose(() -> ControlSocket.close(listener.intValue()));
    }
}
