// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.shared;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * {@code SharedClient WAY PORT PATH WARMUP SECONDS TASK...} does each task in turn: it prints {@code begin}, and
 * {@code end bytes=... messages=... seconds=... p50=... p99=...}, times in microseconds, and waits for a line.
 */
public final class SharedClient {
    /** The water mark: as much as a socket holds. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(1 << 20, 2 << 20);

    private static final double NANOS_PER_MICRO = 1e3;
    private static final double NANOS_PER_SECOND = 1e9;

    private SharedClient() {}

    public static void main(String[] args) throws Exception {
        Way way = Way.valueOf(args[0]);
        EventLoopGroup group = way.newGroup();
        try (Payload payload = new Payload(way, group)) {
            for (int i = 5; i < args.length; i++) {
                Task task = Task.valueOf(args[i]);
                SocketAddress server = way.address(Integer.parseInt(args[1]), args[2], task.service);
                measure(
                        way,
                        group,
                        server,
                        task,
                        payload.of(task),
                        Double.parseDouble(args[3]),
                        Double.parseDouble(args[4]));
            }
        }
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).await(15, TimeUnit.SECONDS);
    }

    private static void measure(
            Way way,
            EventLoopGroup group,
            SocketAddress server,
            Task task,
            ByteBuf message,
            double warmup,
            double seconds)
            throws Exception {
        List<Load> loads = new ArrayList<>();
        List<Channel> channels = new ArrayList<>();
        for (int i = 0; i < task.connections; i++) {
            Load load = task.isEcho() ? new PingPong(message) : new Pump(message);
            loads.add(load);
            channels.add(connect(way, group, server, load));
        }
        channels.forEach(
                channel -> channel.eventLoop().execute(() -> channel.pipeline().fireUserEventTriggered(Load.BEGIN)));
        Thread.sleep((long) (warmup * 1000));
        onLoop(group, () -> loads.forEach(Load::reset));
        long begin = System.nanoTime();
        System.out.println("begin");
        Thread.sleep((long) (seconds * 1000));
        System.out.println(onLoop(group, () -> result(loads, (System.nanoTime() - begin) / NANOS_PER_SECOND)));
        for (Channel channel : channels) {
            channel.close().sync();
        }
        // This process is looked at until then.
        System.in.read();
    }

    private static Channel connect(Way way, EventLoopGroup group, SocketAddress server, ChannelHandler load)
            throws InterruptedException {
        return new Bootstrap()
                .group(group)
                .channel(way.channel)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(load);
                    }
                })
                .connect(server)
                .sync()
                .channel();
    }

    private static void onLoop(EventLoopGroup group, Runnable task) throws Exception {
        group.submit(task).get();
    }

    private static String onLoop(EventLoopGroup group, Callable<String> task) throws Exception {
        return group.submit(task).get();
    }

    private static String result(List<Load> loads, double seconds) {
        long messages = 0;
        long bytes = 0;
        Histogram latencies = new Histogram(3);
        for (Load load : loads) {
            messages += load.messages();
            bytes += load.bytes();
            latencies.add(load.latencies());
        }
        return String.format(
                Locale.ROOT,
                "end bytes=%d messages=%d seconds=%.4f p50=%.2f p99=%.2f",
                bytes,
                messages,
                seconds,
                latencies.getValueAtPercentile(50) / NANOS_PER_MICRO,
                latencies.getValueAtPercentile(99) / NANOS_PER_MICRO);
    }
}
