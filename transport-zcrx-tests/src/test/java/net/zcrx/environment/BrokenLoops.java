// SPDX-License-Identifier: Apache-2.0
package net.zcrx.environment;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMode;

/**
 * Groups whose event loops cannot be built, and what they leave behind: the main class of a JVM of its own. It prints
 * each refusal, and for each way of failing what was lost.
 */
public final class BrokenLoops {
    private static final int TRIES = 30;
    private static final long AREA = 16 << 20;
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private BrokenLoops() {}

    /** @param arguments how many loops are more than the limit of locked memory allows; 0 for none */
    public static void main(String[] arguments) throws Exception {
        int tooMany = Integer.parseInt(arguments[0]);
        // What is loaded and started once.
        group(1, new ZcrxIoHandlerConfig().areaBytes(AREA));
        if (tooMany > 0) {
            measure("memory", 1, () -> group(tooMany, new ZcrxIoHandlerConfig().areaBytes(1 << 20)));
            return;
        }
        measure(
                "chunks",
                TRIES,
                () -> group(1, new ZcrxIoHandlerConfig().areaBytes(256 << 20).chunkBytes(4096)));
        measure(
                "mode",
                TRIES,
                () -> group(
                        1,
                        new ZcrxIoHandlerConfig()
                                .areaBytes(AREA)
                                .mode(ZcrxMode.ZERO_COPY)
                                .interfaceQueue("lo", 0)));
        for (int free = 0; free < 6; free++) {
            int left = free;
            measure("descriptors." + free, TRIES, () -> withDescriptors(left));
        }
    }

    /** @return why it could not be built, or {@code null} */
    private static Throwable group(int loops, ZcrxIoHandlerConfig config) {
        try {
            ZcrxEventLoopGroup group = new ZcrxEventLoopGroup(loops, config);
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
            return null;
        } catch (Throwable e) {
            return e.getCause() == null ? e : e.getCause();
        }
    }

    private static Throwable withDescriptors(int left) throws IOException {
        List<FileInputStream> taken = new ArrayList<>();
        try {
            while (true) {
                taken.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException e) {
            // That was the last one.
        }
        for (int i = 0; i < left; i++) {
            taken.remove(0).close();
        }
        try {
            return group(1, new ZcrxIoHandlerConfig().areaBytes(AREA));
        } finally {
            for (FileInputStream each : taken) {
                each.close();
            }
        }
    }

    private interface Attempt {
        Throwable run() throws Exception;
    }

    private static void measure(String name, int tries, Attempt attempt) throws Exception {
        long descriptors = descriptors();
        long rings = rings();
        long mapped = mappedBytes();
        Throwable refusal = null;
        for (int i = 0; i < tries; i++) {
            refusal = attempt.run();
        }
        System.out.println(name + ".refusal=" + (refusal == null ? "none" : refusal.getMessage()));
        System.out.println(name + ".descriptors=" + lost(() -> descriptors() - descriptors));
        System.out.println(name + ".rings=" + lost(() -> rings() - rings));
        System.out.println(name + ".threads=" + lost(BrokenLoops::loopThreads));
        // The heap may grow meanwhile, but not by what so many areas take.
        System.out.println(name + ".areas=" + (mappedBytes() - mapped) / (AREA * Math.max(4, tries / 2)));
    }

    private interface Count {
        long get() throws IOException;
    }

    /** The kernel and the JVM take a moment to give back. */
    private static long lost(Count count) throws IOException {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        while (count.get() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        return Math.max(0, count.get());
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    private static long rings() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains("[io_uring]"))
                .count();
    }

    private static long loopThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().contains("EventLoopGroup"))
                .count();
    }

    private static long mappedBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmSize:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .sum();
    }
}
