// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import net.zcrx.ZcrxChannelOption;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;
import net.zcrx.ZcrxServerSocketChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;

/** A listener with {@code FLOW_STEERING} has rules on the NIC from bind to close, and after no end leaves any. */
@Tag("vm")
class SteeringTest {
    private static final long MIB = 1 << 20;
    /** No rule of an operator steers it. */
    private static final int PORT = 8100;

    private static final int OTHER_PORT = 8101;
    private static final int OTHER_QUEUE = 2;

    private final List<ZcrxEventLoopGroup> groups = new ArrayList<>();
    private final List<PatternReader> readers = new CopyOnWriteArrayList<>();

    @AfterEach
    void endLoops() {
        groups.forEach(SteeringTest::shutDown);
    }

    private static void shutDown(ZcrxEventLoopGroup group) {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static void nicUp(String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of("--zc-queues", Nic.QUEUE + "," + OTHER_QUEUE));
        words.addAll(List.of(options));
        Nic.up(words.toArray(String[]::new));
    }

    /** A loop a queue. */
    private static ZcrxEventLoopGroup loops(ZcrxMode mode, int... queues) {
        ZcrxIoHandlerConfig config = new ZcrxIoHandlerConfig().mode(mode).areaBytes(Nic.pages(4096));
        for (int queue : queues) {
            config.interfaceQueue(Nic.NAME, queue);
        }
        return new ZcrxEventLoopGroup(queues.length, config);
    }

    private ZcrxEventLoopGroup group(int... queues) {
        ZcrxEventLoopGroup group = loops(ZcrxMode.ZERO_COPY, queues);
        groups.add(group);
        return group;
    }

    private static ServerBootstrap server(
            EventLoopGroup acceptors,
            ZcrxEventLoopGroup workers,
            List<PatternReader> readers,
            Supplier<PatternReader> reader) {
        return new ServerBootstrap()
                .group(acceptors, workers)
                .channel(ZcrxServerSocketChannel.class)
                .option(ZcrxChannelOption.FLOW_STEERING, workers.ioHandlerFactory())
                .option(UnixChannelOption.SO_REUSEPORT, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        PatternReader handler = reader.get();
                        channel.pipeline().addLast(handler);
                        readers.add(handler);
                    }
                });
    }

    private ServerBootstrap server(ZcrxEventLoopGroup group) {
        return server(group, group, readers, PatternReader::new);
    }

    private static Channel listen(ServerBootstrap server, int port) {
        return server.bind(port).syncUninterruptibly().channel();
    }

    /** What ethtool says of the rules for a port: one text each. */
    private static List<String> rules(int port) throws Exception {
        List<String> rules = new ArrayList<>();
        for (String part : Command.run("ethtool", "-n", Nic.NAME).split("Filter: ")) {
            if (part.contains("Dest port: " + port + " ")) {
                rules.add(part);
            }
        }
        return rules;
    }

    private static void steered(int port, int queue) throws Exception {
        List<String> rules = rules(port);
        assertEquals(2, rules.size(), rules::toString);
        assertTrue(rules.stream().allMatch(rule -> rule.contains("Direct to queue " + queue)), rules::toString);
    }

    private static void nothingSteered(int port) throws Exception {
        assertEquals(List.of(), rules(port));
    }

    private static void nobodyListens(int port) {
        assertThrows(ConnectException.class, () -> new Socket(Nic.ADDRESS, port).close());
    }

    private static long placed(int queue) {
        return Waiting.value(() -> Long.parseLong(
                Command.run("nic-stats", "rx" + queue + "_iov_bytes").trim().split("=")[1]));
    }

    private static void send(int port, long bytes, String... more) throws Exception {
        try (Command sender = Nic.send(Nic.ADDRESS, port, bytes, more)) {
            sender.endsWell();
        }
    }

    private static void zeroCopied(ZcrxEventLoopGroup group, long bytes) {
        Supplier<String> metrics = () -> group.metrics().toString();
        Waiting.await(
                metrics,
                () -> group.metrics().stream()
                                .mapToLong(ZcrxMetrics::zeroCopyBytes)
                                .sum()
                        == bytes);
        assertEquals(
                0, group.metrics().stream().mapToLong(ZcrxMetrics::copiedBytes).sum(), metrics);
    }

    @Test
    void shouldSteerFromBindToClose() throws Exception {
        nicUp();
        ZcrxEventLoopGroup group = group(Nic.QUEUE);
        Channel listener = listen(server(group), PORT);
        steered(PORT, Nic.QUEUE);
        send(PORT, MIB);
        PatternReader.allEndAfter(readers, MIB);
        zeroCopied(group, MIB);
        listener.close().sync();
        nothingSteered(PORT);
        nobodyListens(PORT);
    }

    /** The port that the kernel chose, at one address, accepted by loops that have no queue. */
    @Test
    void shouldSteerChosenPortToQueuesOfTheWorkers() throws Exception {
        nicUp();
        ZcrxEventLoopGroup acceptors = new ZcrxEventLoopGroup(1, new ZcrxIoHandlerConfig().mode(ZcrxMode.COPY));
        groups.add(acceptors);
        ZcrxEventLoopGroup workers = group(Nic.QUEUE);
        Channel listener = server(acceptors, workers, readers, PatternReader::new)
                .bind(Nic.ADDRESS, 0)
                .sync()
                .channel();
        int port = ((InetSocketAddress) listener.localAddress()).getPort();
        List<String> rules = rules(port);
        assertEquals(1, rules.size(), rules::toString);
        assertTrue(rules.get(0).contains("Dest IP addr: " + Nic.ADDRESS + " mask: 0.0.0.0"), rules::toString);
        send(port, MIB);
        PatternReader.allEndAfter(readers, MIB);
        zeroCopied(workers, MIB);
        listener.close().sync();
        nothingSteered(port);
    }

    @Test
    void shouldSpreadConnectionsOverQueuesOfSeveralLoops() throws Exception {
        int connections = 16;
        long bytes = MIB / 4;
        nicUp();
        ZcrxEventLoopGroup group = group(Nic.QUEUE, OTHER_QUEUE);
        Channel listener = listen(server(group), PORT);
        assertTrue(rules(PORT).get(0).contains("Direct to RSS Context"), rules(PORT)::toString);
        List<Command> senders = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            senders.add(Nic.send(Nic.ADDRESS, PORT, bytes, Integer.toString(1 + i)));
        }
        for (Command sender : senders) {
            sender.endsWell();
            sender.close();
        }
        PatternReader.allEndAfter(readers, bytes);
        zeroCopied(group, connections * bytes);
        assertTrue(placed(Nic.QUEUE) >= bytes);
        assertTrue(placed(OTHER_QUEUE) >= bytes);
        listener.close().sync();
        nothingSteered(PORT);
    }

    @Test
    void shouldShareRulesUntilLastListenerCloses() throws Exception {
        nicUp();
        ZcrxEventLoopGroup group = group(Nic.QUEUE);
        Channel first = listen(server(group), PORT);
        Channel second = listen(server(group), PORT);
        steered(PORT, Nic.QUEUE);
        first.close().sync();
        steered(PORT, Nic.QUEUE);
        second.close().sync();
        nothingSteered(PORT);
    }

    @Test
    void shouldRemoveRulesWhenLoopsEnd() throws Exception {
        nicUp();
        ZcrxEventLoopGroup group = group(Nic.QUEUE);
        Channel listener = listen(server(group), PORT);
        steered(PORT, Nic.QUEUE);
        shutDown(group);
        assertTrue(listener.closeFuture().isDone());
        nothingSteered(PORT);
    }

    @Test
    void shouldRemoveRulesWhenListenerIsClosedByForce() throws Exception {
        nicUp();
        Channel listener = listen(server(group(Nic.QUEUE)), PORT);
        listener.eventLoop().submit(() -> listener.unsafe().closeForcibly()).sync();
        nothingSteered(PORT);
    }

    @Test
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "1",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldRemoveRulesThatKilledProcessLeft() throws Exception {
        nicUp();
        try (Command owner = Child.start(List.of(), Owner.class)) {
            owner.says("listening");
            steered(PORT, Nic.QUEUE);
            owner.kill();
            owner.exitCode();
            steered(PORT, Nic.QUEUE);
        }
        Channel listener = listen(server(group(OTHER_QUEUE)), OTHER_PORT);
        nothingSteered(PORT);
        steered(OTHER_PORT, OTHER_QUEUE);
        send(OTHER_PORT, MIB);
        PatternReader.allEndAfter(readers, MIB);
        listener.close().sync();
        nothingSteered(OTHER_PORT);
    }

    /** Listens until it is killed. */
    static final class Owner {
        private Owner() {}

        public static void main(String[] arguments) {
            ZcrxEventLoopGroup group = loops(ZcrxMode.ZERO_COPY, Nic.QUEUE);
            listen(server(group, group, new ArrayList<>(), PatternReader::new), PORT);
            System.out.println("listening");
            while (true) {
                LockSupport.park();
            }
        }
    }

    /** A class of service: the port that must answer soon has a queue and a loop that bulk does not come near. */
    @Test
    void shouldKeepCriticalPortApartFromBulk() throws Exception {
        long bulkBytes = 8 * MIB;
        long criticalBytes = 300 * 64;
        nicUp();
        List<PatternReader> critical = new CopyOnWriteArrayList<>();
        ZcrxEventLoopGroup bulkLoop = group(Nic.QUEUE);
        ZcrxEventLoopGroup criticalLoop = group(OTHER_QUEUE);
        listen(server(bulkLoop), PORT);
        listen(server(criticalLoop, criticalLoop, critical, Echo::new), OTHER_PORT);
        steered(PORT, Nic.QUEUE);
        steered(OTHER_PORT, OTHER_QUEUE);
        try (Command bulk = Nic.send(Nic.ADDRESS, PORT, bulkBytes)) {
            send(OTHER_PORT, criticalBytes, "-n", "1", "64");
            bulk.endsWell();
        }
        PatternReader.allEndAfter(readers, bulkBytes);
        PatternReader.allEndAfter(critical, criticalBytes);
        zeroCopied(bulkLoop, bulkBytes);
        zeroCopied(criticalLoop, criticalBytes);
        assertTrue(placed(Nic.QUEUE) >= bulkBytes);
        long placed = placed(OTHER_QUEUE);
        // What was sent again was placed again.
        assertTrue(placed >= criticalBytes && placed < 2 * criticalBytes, () -> placed + " bytes of the critical port");
    }

    private static final class Echo extends PatternReader {
        @Override
        void checked(ChannelHandlerContext ctx, ByteBuf bytes) {
            ctx.writeAndFlush(bytes);
        }
    }

    private void refused(ZcrxEventLoopGroup group, int port, String sentence) throws Exception {
        ChannelFuture bound = server(group).bind(port).awaitUninterruptibly();
        assertTrue(bound.cause() instanceof IOException, () -> "" + bound.cause());
        assertTrue(bound.cause().getMessage().contains(sentence), bound.cause()::getMessage);
        bound.channel().closeFuture().sync();
    }

    /** With room for the operator's two rules, and for one of the two that are needed. */
    @Test
    void shouldRefuseBindWhereTableIsFull() throws Exception {
        nicUp("--rules-max", "3");
        refused(group(Nic.QUEUE), PORT, "The table of rules of zcnic0 is full");
        nothingSteered(PORT);
        assertEquals(2, rules(Nic.PORT).size());
        nobodyListens(PORT);
    }

    @Test
    void shouldRefuseBindWhereRuleOfOperatorIsInTheWay() throws Exception {
        nicUp();
        refused(group(OTHER_QUEUE), Nic.PORT, "of zcnic0 is in the way");
        steered(Nic.PORT, Nic.QUEUE);
        nobodyListens(Nic.PORT);
    }

    @Test
    void shouldRefuseSecondQueueForSamePort() throws Exception {
        nicUp();
        listen(server(group(Nic.QUEUE)), PORT);
        refused(group(OTHER_QUEUE), PORT, "Port 8100 of zcnic0 is steered to queues [1] for process ");
        steered(PORT, Nic.QUEUE);
    }

    @Test
    void shouldRefuseBindWhereInterfaceIsGone() throws Exception {
        nicUp();
        ZcrxEventLoopGroup group = group(Nic.QUEUE);
        Command.run("nic-down");
        refused(group, PORT, "no network interface zcnic0");
    }

    /** Its rules are gone with it. */
    @Test
    void shouldCloseWhereInterfaceIsGone() throws Exception {
        nicUp();
        Channel listener = listen(server(group(Nic.QUEUE)), PORT);
        Command.run("nic-down");
        listener.close().sync();
        assertNull(listener.closeFuture().cause());
    }

    @Test
    void shouldListenUnsteeredWhereLoopsReceiveByCopy() throws Exception {
        nicUp("--no-split");
        ZcrxEventLoopGroup group = loops(ZcrxMode.AUTO, Nic.QUEUE);
        groups.add(group);
        assertEquals(ZcrxMode.COPY, group.metrics().get(0).mode());
        listen(server(group), PORT);
        nothingSteered(PORT);
        send(PORT, MIB);
        PatternReader.allEndAfter(readers, MIB);
    }
}
