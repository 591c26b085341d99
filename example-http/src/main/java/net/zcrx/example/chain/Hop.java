// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.chain;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerExpectContinueHandler;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.flow.FlowControlHandler;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;

/** The common part of the three programs: how they start and end, and how they speak HTTP. */
final class Hop {
    private static final int END_SECONDS = 5;

    private Hop() {}

    /**
     * Runs a program until SIGTERM. At its end it says how many bytes it has written to other processes, and how.
     *
     * @param start gives the channel that listens
     */
    static void run(String usage, String[] args, Callable<Channel> start) {
        if (args.length
                < Stream.of(usage.split(" "))
                        .filter(word -> !word.startsWith("["))
                        .count()) {
            System.err.println("What is needed: " + usage);
            System.exit(2);
        }
        try {
            Channel listener = start.call();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(listener), "end"));
            System.out.println("listening on " + listener.localAddress());
        } catch (Exception e) {
            System.err.println("Could not start: " + e.getMessage());
            System.exit(1);
        }
    }

    private static void end(Channel listener) {
        ZcrxEventLoopGroup group = (ZcrxEventLoopGroup) listener.eventLoop().parent();
        listener.close().awaitUninterruptibly();
        group.shutdownGracefully(0, END_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
        System.out.println("handedOver=" + sum(group, ZcrxMetrics::sharedHandedOverBytes) + " copied="
                + sum(group, ZcrxMetrics::sharedCopiedBytes));
    }

    private static long sum(ZcrxEventLoopGroup group, ToLongFunction<ZcrxMetrics> metric) {
        return group.metrics().stream().mapToLong(metric).sum();
    }

    /**
     * Creates event loops that can hand over received data.
     *
     * @param queues of the NIC, such as {@code eth0:4-7}, an event loop for each; {@code null} for none
     */
    static ZcrxEventLoopGroup group(String queues) {
        ZcrxIoHandlerConfig config = new ZcrxIoHandlerConfig().sharedMemory(true);
        if (queues == null) {
            return new ZcrxEventLoopGroup(Runtime.getRuntime().availableProcessors(), config);
        }
        config.interfaceQueues(queues);
        return new ZcrxEventLoopGroup(config.interfaceQueueCount(), config);
    }

    /**
     * An HTTP/1.1 server; its handler gets heads and bodies as they come, and switches auto-read off to have them wait.
     */
    static ChannelHandler http(Supplier<ChannelHandler> handler) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline()
                        .addLast(
                                new HttpServerCodec(pieces()),
                                new HttpServerKeepAliveHandler(),
                                new FlowControlHandler(),
                                new HttpServerExpectContinueHandler(),
                                handler.get());
            }
        };
    }

    /**
     * Returns a config for large pieces: by default bodies have pieces of 8 KiB, each of which would be handed over by
     * itself.
     */
    static HttpDecoderConfig pieces() {
        return new HttpDecoderConfig().setMaxChunkSize(1 << 20);
    }

    /**
     * Reads on: when FlowControlHandler hands over messages that it held back, it does not ask the channel for more.
     */
    static void readOn(ChannelHandlerContext context) {
        if (context.channel().config().isAutoRead()) {
            context.read();
        }
    }

    /** Answers with a sentence. */
    static ChannelFuture answer(ChannelHandlerContext context, HttpResponseStatus status, String sentence) {
        ByteBuf text = ByteBufUtil.writeUtf8(context.alloc(), sentence + "\n");
        DefaultFullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, text);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_PLAIN)
                .set(HttpHeaderNames.CONTENT_LENGTH, text.readableBytes());
        return context.writeAndFlush(response);
    }
}
