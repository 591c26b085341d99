package net.zcrx.testsuite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.SocketHalfClosedTest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

class ZcrxSocketHalfClosedTest extends SocketHalfClosedTest {

    private static final int LENGTH = 100;
    private static final int SECONDS = 10;

    @Override
    protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
        return ZcrxSocketTestPermutation.INSTANCE.socket();
    }

    /**
     * Netty disables this case for io_uring: its leader blocks its event loop between the flush of its first write and
     * the return to the loop, which is when a ring sends. Here it blocks when that write is done.
     */
    @Override
    public void testAutoCloseFalseDoesShutdownOutput(ServerBootstrap sb, Bootstrap cb) throws Exception {
        for (boolean allowHalfClosure : new boolean[] {false, true}) {
            for (boolean clientLeads : new boolean[] {false, true}) {
                shouldShutdownOutputOnFailedWrite(sb, cb, allowHalfClosure, clientLeads);
            }
        }
    }

    private static void shouldShutdownOutputOnFailedWrite(
            ServerBootstrap sb, Bootstrap cb, boolean allowHalfClosure, boolean clientLeads) throws Exception {
        CountDownLatch followerClosed = new CountDownLatch(1);
        Leader leader = new Leader(followerClosed);
        Follower follower = new Follower(followerClosed);
        sb.childHandler(clientLeads ? follower : leader)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, allowHalfClosure)
                .childOption(ChannelOption.AUTO_CLOSE, false)
                .childOption(ChannelOption.SO_LINGER, 0);
        cb.handler(clientLeads ? leader : follower)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, allowHalfClosure)
                .option(ChannelOption.AUTO_CLOSE, false)
                .option(ChannelOption.SO_LINGER, 0);

        Channel server = sb.bind().sync().channel();
        Channel client = cb.connect(server.localAddress()).sync().channel();
        try {
            assertInstanceOf(IOException.class, leader.secondWrite.get(SECONDS, TimeUnit.SECONDS));
            assertInstanceOf(ChannelOutputShutdownEvent.class, leader.events.poll(SECONDS, TimeUnit.SECONDS));
            assertTrue(leader.received.tryAcquire(LENGTH, SECONDS, TimeUnit.SECONDS));
            assertEquals(0, leader.received.availablePermits());
        } finally {
            client.close().sync();
            server.close().sync();
        }
    }

    /** Writes a second time when its peer has answered the first and is gone, but before it reads. */
    private static final class Leader extends SimpleChannelInboundHandler<ByteBuf> {
        final CompletableFuture<Throwable> secondWrite = new CompletableFuture<>();
        final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
        final Semaphore received = new Semaphore(0);
        private final CountDownLatch followerClosed;

        Leader(CountDownLatch followerClosed) {
            this.followerClosed = followerClosed;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[LENGTH])).addListener(first -> {
                if (!followerClosed.await(SECONDS, TimeUnit.SECONDS)) {
                    secondWrite.completeExceptionally(new IllegalStateException("The peer did not close."));
                }
                ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[LENGTH]))
                        .addListener(second -> secondWrite.complete(second.cause()));
            });
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
            received.release(msg.readableBytes());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            events.add(event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            secondWrite.completeExceptionally(cause);
        }
    }

    /** Answers, and resets the connection at once. */
    private static final class Follower extends SimpleChannelInboundHandler<ByteBuf> {
        private final CountDownLatch closed;
        private int received;

        Follower(CountDownLatch closed) {
            this.closed = closed;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
            received += msg.readableBytes();
            if (received == LENGTH) {
                // NIO closes the descriptor when it selects again, and a timer makes it select.
                ctx.channel()
                        .closeFuture()
                        .addListener(future -> ctx.executor().schedule(closed::countDown, 1, TimeUnit.MILLISECONDS));
                ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[LENGTH])).addListener(ChannelFutureListener.CLOSE);
            }
        }
    }
}
