// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.socket.DuplexChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a user does to a channel at odd moments: it ends as a Unix socket of Netty's epoll does, and loses nothing. */
@SuppressWarnings("deprecation") // Handlers on executors of their own.
class CallbackTest {
    private static final byte[] DATA = SharedChannelTest.random(2_000_000);

    @RegisterExtension
    final SharedLoops loops = new SharedLoops(2);

    /** Writes, ends its output, and closes when the other one does. */
    private static final class Talker extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.writeAndFlush(Unpooled.wrappedBuffer(DATA, 0, 100_000))
                    .addListener(written -> ((DuplexChannel) context.channel()).shutdownOutput());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> shouldEndInEachCallback() throws Exception {
        List<DynamicTest> all = new ArrayList<>();
        Witness witness = new Witness(loops, 1);
        for (Actor.Callback when : Actor.Callback.values()) {
            all.add(dynamicTest("close in " + when, () -> endIn(when, Channel::close)));
            all.add(dynamicTest(
                    "close forcibly in " + when,
                    () -> endIn(when, channel -> {
                        channel.unsafe().closeForcibly();
                        channel.deregister();
                    })));
            all.add(dynamicTest(
                    "deregister and close in " + when,
                    () -> endIn(when, channel -> {
                        channel.deregister().addListener(left -> channel.close());
                    })));
            all.add(dynamicTest(
                    "shut down in " + when,
                    () -> endIn(when, channel -> {
                        ((DuplexChannel) channel).shutdown().addListener(ended -> channel.close());
                    })));
            all.add(dynamicTest(
                    "fail in " + when,
                    () -> endIn(when, channel -> {
                        if (when != Actor.Callback.REGISTERED && when != Actor.Callback.INACTIVE) {
                            throw new IllegalStateException("expected");
                        }
                        channel.close();
                    })));
        }
        all.add(dynamicTest("others go on", witness::look));
        return all.stream();
    }

    private void endIn(Actor.Callback when, Actor.Action action) throws Exception {
        int descriptors = LiarTest.descriptors();
        Channel server = loops.server(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
                        channel.pipeline().addLast(new Actor(when, action));
                        if (when == Actor.Callback.WRITABILITY || when == Actor.Callback.INACTIVE) {
                            channel.eventLoop().execute(() -> {
                                channel.writeAndFlush(Unpooled.wrappedBuffer(DATA));
                                if (when == Actor.Callback.INACTIVE) {
                                    channel.close();
                                }
                            });
                        }
                    }
                })
                .bind()
                .sync()
                .channel();
        Channel client = loops.client(new Talker())
                .connect(server.localAddress())
                .await()
                .channel();
        assertTrue(client.closeFuture().await(SharedLoops.SECONDS, TimeUnit.SECONDS), "The other side is not told.");
        server.close().sync();
        loops.await("descriptors closed", () -> LiarTest.descriptors() <= descriptors);
    }

    /** The first handler's executor takes nothing any more. */
    @TestFactory
    Stream<DynamicTest> shouldEndWhenExecutorRefuses() throws Exception {
        Witness witness = new Witness(loops, 2);
        witness.look();
        return Stream.of(0, 1, 2, 3)
                .map(tasks -> dynamicTest("after " + tasks + " tasks", () -> {
                    Channel server = loops.server(new ChannelInitializer<>() {
                                @Override
                                protected void initChannel(Channel channel) {
                                    channel.pipeline().addLast(new Refusing(tasks), new SharedChannelTest.Echo());
                                }
                            })
                            .bind()
                            .sync()
                            .channel();
                    Channel client = loops.client(new Talker())
                            .connect(server.localAddress())
                            .sync()
                            .channel();
                    if (!client.closeFuture().await(200, TimeUnit.MILLISECONDS)) {
                        // As with other channels nobody is told who has not heard that it is active.
                        client.close().sync();
                    }
                    witness.look();
                }));
    }

    /** An executor that takes so many tasks. */
    private static final class Refusing extends DefaultEventLoop {
        private int tasks;

        Refusing(int tasks) {
            this.tasks = tasks + 1;
        }

        @Override
        public void execute(Runnable task) {
            if (tasks-- <= 0) {
                throw new RejectedExecutionException("expected");
            }
            super.execute(task);
        }
    }

    /** Loops change while bytes come, and buffers are held across. */
    @Test
    void shouldGoOnOnOtherLoops() throws Exception {
        SharedChannelTest.Comparison comparison = new SharedChannelTest.Comparison(DATA);
        Channel client = loops.connect(new SharedChannelTest.Echo(), comparison);
        int piece = DATA.length / 40;
        for (int at = 0; at < DATA.length; at += piece) {
            ByteBuf data = Unpooled.wrappedBuffer(DATA, at, piece);
            // On its loop: Netty lets a write that is on its way to one loop pass by one on the next.
            client.eventLoop().submit(() -> client.writeAndFlush(data)).sync();
            client.deregister().sync();
            ((EventLoop) loops.group.next()).register(client).sync();
        }
        comparison.await();
        client.close().sync();
    }

    @Test
    void shouldReadOnWhateverThreadTogglesAutoRead() throws Exception {
        SharedChannelTest.Comparison comparison = new SharedChannelTest.Comparison(DATA);
        Channel client = loops.connect(new SharedChannelTest.Echo(), comparison);
        client.writeAndFlush(Unpooled.wrappedBuffer(DATA));
        for (int i = 0; i < 1000; i++) {
            client.config().setAutoRead(false);
            client.config().setAutoRead(true);
        }
        comparison.await();
        client.close().sync();
    }

    /** What a loop's end leaves. */
    @Test
    void shouldEndWithGroupInTraffic() throws Exception {
        Channel client = loops.connect(new SharedChannelTest.Echo(), new SharedChannelTest.Echo());
        for (int i = 0; i < 20; i++) {
            client.writeAndFlush(Unpooled.wrappedBuffer(DATA, 0, 50_000));
        }
        loops.letRun();
        loops.shutDown();
        assertTrue(client.closeFuture().isDone());
        assertTrue(client.write(Unpooled.buffer(1)).isDone());
    }

    /** All that comes behind what had no room comes before the end, as nobody can tell that there was no room. */
    @Test
    void shouldEndOutputBehindWhatIsNotWritten() throws Exception {
        SharedChannelTest.Comparison comparison = new SharedChannelTest.Comparison(DATA);
        Channel server = loops.server(comparison).bind().sync().channel();
        Channel client = loops.client(new ChannelInboundHandlerAdapter())
                .connect(server.localAddress())
                .sync()
                .channel();
        ChannelFuture written = client.writeAndFlush(Unpooled.wrappedBuffer(DATA));
        ChannelFuture ended = ((DuplexChannel) client).shutdownOutput();
        assertTrue(written.await(SharedLoops.SECONDS, TimeUnit.SECONDS));
        assertTrue(ended.await(SharedLoops.SECONDS, TimeUnit.SECONDS));
        assertTrue(written.isSuccess() && ended.isSuccess());
        comparison.await();
    }

    /** The order of what a server's child is told, and that of its client. */
    @Test
    void shouldTellTheSameAsEpoll() throws Exception {
        EventLoopGroup epoll = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
        try {
            for (boolean halfClosure : new boolean[] {false, true}) {
                for (boolean talks : new boolean[] {false, true}) {
                    String expected = told(
                            new ServerBootstrap().group(epoll).channel(EpollServerDomainSocketChannel.class),
                            new Bootstrap().group(epoll).channel(EpollDomainSocketChannel.class),
                            halfClosure,
                            talks);
                    String here = told(
                            new ServerBootstrap().group(loops.group).channel(ZcrxSharedServerChannel.class),
                            new Bootstrap().group(loops.group).channel(ZcrxSharedChannel.class),
                            halfClosure,
                            talks);
                    assertEquals(expected, here, "half closure " + halfClosure + ", talks " + talks);
                }
            }
        } finally {
            epoll.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
        }
    }

    private String told(ServerBootstrap server, Bootstrap client, boolean halfClosure, boolean talks) throws Exception {
        Recorder recorder = new Recorder();
        Channel listener = server.childHandler(recorder)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure)
                .bind(SharedLoops.newAddress())
                .sync()
                .channel();
        Channel channel = client.handler(talks ? new Talker() : new ChannelInboundHandlerAdapter())
                .connect(listener.localAddress())
                .sync()
                .channel();
        if (!talks) {
            channel.close().sync();
        }
        assertTrue(recorder.end.await(SharedLoops.SECONDS, TimeUnit.SECONDS), () -> "" + recorder.events);
        channel.close().sync();
        listener.close().sync();
        assertNotNull(recorder.events);
        return recorder.toString();
    }

    @ChannelHandler.Sharable
    private static final class Recorder extends ChannelInboundHandlerAdapter {
        final List<String> events = new ArrayList<>();
        final java.util.concurrent.CountDownLatch end = new java.util.concurrent.CountDownLatch(1);

        private void add(String event) {
            // How many reads there are is up to the system.
            if (events.isEmpty() || !events.get(events.size() - 1).equals(event)) {
                events.add(event);
            }
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            add("active");
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ((ByteBuf) message).release();
            if (!events.contains("read")) {
                add("read");
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            add(event.toString());
            if (event.getClass().getSimpleName().equals("ChannelInputShutdownReadComplete")) {
                context.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            add("inactive");
        }

        @Override
        public void channelUnregistered(ChannelHandlerContext context) {
            add("unregistered");
            end.countDown();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            add("failed");
        }

        @Override
        public String toString() {
            return Arrays.toString(events.stream()
                    .map(each -> each.replaceAll("@[0-9a-f]+", ""))
                    .toArray());
        }
    }
}
