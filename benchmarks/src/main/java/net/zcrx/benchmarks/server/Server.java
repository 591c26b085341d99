// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.server;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * {@code Server TRANSPORT_CLASS LOOPS ADDRESS SERVICE=PORT...} serves until its standard input ends. It prints
 * {@code ready SERVICE=PORT...}, or {@code unavailable CAUSE}; a line {@code stats} is answered by a line of counters,
 * a line {@code gc} by the same after a garbage collection.
 */
public final class Server {
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
            int port = protocol(service[0]).listen(transport, args[2], Integer.parseInt(service[1]), server.received);
            ready.append(' ').append(service[0]).append('=').append(port);
        }
        // The first time takes 30 to 45 ms, for classes to load; the next one is as a measurement begins.
        server.stats();
        System.out.println(ready);
        server.answer();
        // The memory and the NIC queue of a loop are given back by the loop.
        transport.group().shutdownGracefully(0, 10, TimeUnit.SECONDS).await(15, TimeUnit.SECONDS);
        // A protocol may have threads of its own.
        System.exit(0);
    }

    /**
     * Returns a protocol of those that all peers have, or of the package {@code protocols}, in which {@code a_b} is
     * class AB.
     */
    private static Protocol protocol(String name) throws ReflectiveOperationException {
        for (Service service : Service.values()) {
            if (service.name().equalsIgnoreCase(name)) {
                return service;
            }
        }
        StringBuilder type = new StringBuilder("net.zcrx.benchmarks.protocols.");
        for (String word : name.split("_")) {
            type.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
        }
        return Class.forName(type.toString())
                .asSubclass(Protocol.class)
                .getConstructor()
                .newInstance();
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
        long direct = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
        return "received=" + received.sum() + " allocated=" + allocated + " heap=" + heap + " held="
                + (direct + transport.heldBytes()) + ' ' + transport.counters();
    }
}
