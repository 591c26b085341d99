// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import com.sun.management.ThreadMXBean;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import net.zcrx.shared.ZcrxSharedChannel;
import net.zcrx.shared.ZcrxSharedServerChannel;

/** A child: receives, and tells how many bytes its loop's thread allocated on the heap meanwhile. */
final class AllocationChild {
    private static final int CONNECTIONS = 300;
    private static final int SMALL = 64;
    private static final int BULK = 32 * 1024;
    private static final int ECHOES = 10_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Loops loops = new Loops(1);
    private final Sink sink = new Sink();
    private final List<Loops.Pair> pairs = new ArrayList<>();
    private long thread;
    /** The loop stands still; yielding, as every lock that waits allocates. */
    private volatile boolean standing;

    private volatile boolean stop;

    private AllocationChild() {}

    /** Counts bytes, or echoes them. */
    private static final class Sink extends Recorder {
        private volatile long received;
        private volatile boolean echo;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            long bytes = received + buffer.readableBytes();
            if (echo) {
                ctx.writeAndFlush(buffer, ctx.voidPromise());
            } else {
                buffer.release();
            }
            received = bytes;
        }
    }

    public static void main(String[] arguments) throws Exception {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        new AllocationChild().run();
        Child.awaitEnd();
    }

    private void run() throws Exception {
        for (int i = 0; i < CONNECTIONS; i++) {
            pairs.add(loops.connect(sink));
        }
        thread = pairs.get(0).onLoop(() -> Thread.currentThread().getId());
        // The first of each warms up, until the compiler has seen all.
        receive(SMALL, 150);
        receive(BULK, 40);
        System.out.println("small=" + receive(SMALL, 300));
        System.out.println("bulk=" + receive(BULK, 40));
        sink.echo = true;
        echo();
        System.out.println("echo=" + echo());
        echoShared();
        System.out.println("shared=" + echoShared());
        for (Loops.Pair pair : pairs) {
            pair.close();
        }
        loops.end();
    }

    /**
     * In each round one message a connection comes while the loop stands, so that a pass has many: it has costs, too.
     */
    private String receive(int length, int rounds) throws Exception {
        byte[] data = new byte[length];
        loops.letRun();
        long buffers = loops.metrics().copiedBuffers();
        long bytes = threads.getThreadAllocatedBytes(thread);
        for (int round = 0; round < rounds; round++) {
            stop = true;
            loops.loop(0).execute(this::stand);
            yieldUntil(() -> standing);
            for (Loops.Pair pair : pairs) {
                pair.send(data);
            }
            long end = sink.received + (long) length * CONNECTIONS;
            stop = false;
            yieldUntil(() -> sink.received == end);
        }
        bytes = threads.getThreadAllocatedBytes(thread) - bytes;
        loops.letRun();
        return bytes + " of " + (loops.metrics().copiedBuffers() - buffers);
    }

    private void stand() {
        standing = true;
        while (stop) {
            Thread.yield();
        }
        standing = false;
    }

    private String echo() throws IOException {
        Loops.Pair pair = pairs.get(0);
        byte[] data = new byte[SMALL];
        long bytes = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < ECHOES; i++) {
            pair.send(data);
            pair.peer().getInputStream().readNBytes(data, 0, SMALL);
        }
        return threads.getThreadAllocatedBytes(thread) - bytes + " of " + ECHOES;
    }

    /** To another process, as which this one serves, and back: both sides are on the loop. */
    private String echoShared() throws Exception {
        DomainSocketAddress address = new DomainSocketAddress("\0zcrx-allocation-" + UUID.randomUUID());
        Channel server = new ServerBootstrap()
                .group(loops.group)
                .channel(ZcrxSharedServerChannel.class)
                .childHandler(new SharedEcho(Integer.MAX_VALUE))
                .bind(address)
                .sync()
                .channel();
        SharedEcho echo = new SharedEcho(ECHOES);
        Channel client = new Bootstrap()
                .group(loops.group)
                .channel(ZcrxSharedChannel.class)
                .handler(echo)
                .connect(address)
                .sync()
                .channel();
        long bytes = threads.getThreadAllocatedBytes(thread);
        client.writeAndFlush(Unpooled.directBuffer(SMALL).writeZero(SMALL), client.voidPromise());
        yieldUntil(() -> echo.left == 0);
        bytes = threads.getThreadAllocatedBytes(thread) - bytes;
        client.close().sync();
        server.close().sync();
        return bytes + " of " + ECHOES;
    }

    /** Sends back what it gets, so many times. */
    @ChannelHandler.Sharable
    private static final class SharedEcho extends ChannelInboundHandlerAdapter {
        private volatile int left;

        SharedEcho(int left) {
            this.left = left;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (left > 0) {
                left--;
                context.writeAndFlush(message, context.voidPromise());
            } else {
                ((ByteBuf) message).release();
            }
        }
    }

    private static void yieldUntil(BooleanSupplier until) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Loops.SECONDS);
        while (!until.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("Nothing more is received.");
            }
            Thread.yield();
        }
    }
}
