// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.server;

import com.sun.management.ThreadMXBean;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * {@code Server TRANSPORT_CLASS LOOPS ADDRESS SERVICE=PORT...} serves until its standard input ends. It prints {@code
 * ready SERVICE=PORT...}, or {@code unavailable CAUSE}; a line {@code stats} is answered by a line of counters, a line
 * {@code gc} by the same after a garbage collection.
 */
public final class Server {
    private static final int BACKLOG = 4096;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 * 1024, 512 * 1024);

    private final Transport transport;
    private final List<Thread> loopThreads;
    private final LongAdder received = new LongAdder();

    private Server(Transport transport, List<Thread> loopThreads) {
        this.transport = transport;
        this.loopThreads = loopThreads;
    }

    public static void main(String[] args) throws Exception {
        List<Thread> loopThreads = new CopyOnWriteArrayList<>();
        ThreadFactory threads = task -> {
            Thread thread = new FastThreadLocalThread(task, "loop-" + loopThreads.size());
            // A server that cannot listen shall end, and not live on by its loops.
            thread.setDaemon(true);
            loopThreads.add(thread);
            return thread;
        };
        Transport transport;
        try {
            transport = Class.forName(args[0])
                    .asSubclass(Transport.class)
                    .getConstructor(int.class, ThreadFactory.class)
                    .newInstance(Integer.parseInt(args[1]), threads);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            System.out.println("unavailable " + cause.getMessage());
            return;
        }
        Server server = new Server(transport, loopThreads);
        StringBuilder ready = new StringBuilder("ready");
        for (int i = 3; i < args.length; i++) {
            String[] service = args[i].split("=");
            int port = server.serve(Service.of(service[0]), args[2], Integer.parseInt(service[1]));
            ready.append(' ').append(service[0]).append('=').append(port);
        }
        // The first time takes 30 to 45 ms, for classes to load; the next one is as a measurement begins.
        server.stats();
        System.out.println(ready);
        server.answer();
        // The memory and the NIC queue of a loop are given back by the loop.
        transport.group().shutdownGracefully(0, 10, TimeUnit.SECONDS).await(15, TimeUnit.SECONDS);
    }

    private int serve(Service service, String address, int port) throws InterruptedException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(transport.group())
                .channel(transport.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childOption(ChannelOption.AUTO_READ, service.readsAtOnce())
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        service.init(channel.pipeline(), transport, received);
                    }
                });
        transport.configure(bootstrap);
        Channel channel = bootstrap.bind(address, port).sync().channel();
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    private void answer() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null; ) {
            if (line.equals("gc")) {
                System.gc();
            }
            System.out.println(stats());
        }
    }

    private String stats() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = 0;
        for (Thread thread : loopThreads) {
            allocated += Math.max(0, threads.getThreadAllocatedBytes(thread.getId()));
        }
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        return "received=" + received.sum() + " allocated=" + allocated + " heap=" + heap + ' ' + transport.counters();
    }
}
