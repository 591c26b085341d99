// SPDX-License-Identifier: Apache-2.0
package net.zcrx.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import net.zcrx.ZcrxChannelOption;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMode;
import net.zcrx.ZcrxSocketChannel;
import org.junit.jupiter.api.RepeatedTest;

/** When a loop has ended the kernel has no request of it any more: memory that one wrote to may be freed. */
class LoopEndTest {
    private static final int SECONDS = 20;
    private static final int MIB = 1 << 20;
    private static final byte OP_READ = 22;
    /** The request goes to a kernel thread at once. */
    private static final byte IOSQE_ASYNC = 1 << 4;

    private static final int ECANCELED = -125;
    private static final int EINTR = -4;

    /** Reads a pipe that nobody writes to, and does nothing about it when the loop ends. */
    private static final class Reader implements IoUringIoHandle {
        final List<Integer> results = new ArrayList<>();

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            results.add(((IoUringIoEvent) event).res());
        }

        @Override
        public void close() {}
    }

    @RepeatedTest(5)
    void shouldEndRequestsThatWait() throws Exception {
        shouldEndRequest((byte) 0);
    }

    @RepeatedTest(5)
    void shouldEndRequestsOfKernelThreads() throws Exception {
        shouldEndRequest(IOSQE_ASYNC);
    }

    private static void shouldEndRequest(byte flags) throws Exception {
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(
                1, ZcrxIoHandler.newFactory(new ZcrxIoHandlerConfig().mode(ZcrxMode.COPY)));
        FileDescriptor[] pipe = FileDescriptor.pipe();
        ByteBuf memory = Unpooled.directBuffer(8).writeZero(8);
        try {
            Reader reader = new Reader();
            IoEventLoop loop = group.next();
            IoRegistration registration = loop.register(reader).sync().getNow();
            loop.submit(() -> registration.submit(new IoUringIoOps(
                            OP_READ,
                            flags,
                            (short) 0,
                            pipe[0].intValue(),
                            0L,
                            memory.memoryAddress(),
                            8,
                            0,
                            1L,
                            (short) 0,
                            (short) 0,
                            0,
                            0L)))
                    .sync();
            // Entered at the end of that pass.
            loop.submit(() -> {}).sync();
            assertTrue(group.shutdownGracefully(0, 0, TimeUnit.SECONDS).await(SECONDS, TimeUnit.SECONDS));
            assertEquals(1, reader.results.size(), "The request is still with the kernel.");
            int result = reader.results.get(0);
            assertTrue(result == ECANCELED || result == EINTR, () -> "The request ended with " + result);
        } finally {
            memory.release();
            pipe[0].close();
            pipe[1].close();
        }
    }

    /**
     * What was sent without a copy lies in the socket of a peer that does not read, and somebody wakes the loop: Netty
     * waited then, without a limit, for a read that stands behind all that is under way.
     */
    @RepeatedTest(2)
    void shouldEndWhilePeerDoesNotTakeWhatIsSentWithoutCopy() throws Exception {
        IoHandlerFactory factory = ZcrxIoHandler.newFactory(new ZcrxIoHandlerConfig().mode(ZcrxMode.COPY));
        AtomicReference<IoHandler> handler = new AtomicReference<>();
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, executor -> {
            handler.set(factory.newHandler(executor));
            return handler.get();
        });
        List<ByteBuf> buffers = new ArrayList<>();
        try (ServerSocket listener = new ServerSocket()) {
            listener.setReceiveBufferSize(8192);
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Channel channel = new Bootstrap()
                    .group(group)
                    .channel(ZcrxSocketChannel.class)
                    .option(ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD, 1)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(listener.getLocalSocketAddress())
                    .sync()
                    .channel();
            try (Socket peer = listener.accept()) {
                for (int i = 0; i < 40; i++) {
                    ByteBuf buffer = Unpooled.directBuffer(MIB).writeZero(MIB);
                    buffers.add(buffer);
                    channel.writeAndFlush(buffer);
                }
                channel.eventLoop().submit(() -> {}).sync();
                endWhileWoken(group, handler.get());
                assertFalse(channel.isOpen());
                assertFalse(peer.isClosed(), "It was not the peer's end that brought this about.");
            }
        } finally {
            // What the peer had not acknowledged: nobody tells any more that the kernel has done with it.
            buffers.stream().filter(buffer -> buffer.refCnt() > 0).forEach(buffer -> buffer.release(buffer.refCnt()));
        }
    }

    private static void endWhileWoken(EventLoopGroup group, IoHandler handler) throws InterruptedException {
        Future<?> end = group.shutdownGracefully(300, 2000, TimeUnit.MILLISECONDS);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!end.await(1) && System.nanoTime() - deadline < 0) {
            handler.wakeup();
        }
        assertTrue(end.isDone(), "The loop does not end.");
    }
}
