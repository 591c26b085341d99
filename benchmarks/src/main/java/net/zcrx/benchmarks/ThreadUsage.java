// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The kernel's accounts of each thread of a process, at one moment. Threads of the kernel that work for the process are
 * among them.
 */
public final class ThreadUsage {
    private static final double NANOSECONDS = 1e9;
    private static final Pattern COMPILER = Pattern.compile("C[12] Compiler");

    private final Map<String, Thread> threads = new HashMap<>();

    private record Thread(boolean compiles, long nanoseconds, long contextSwitches) {}

    /**
     * The usage of a process between two moments; of threads that ended meanwhile nothing is known.
     *
     * @param seconds processor time in user space and in the kernel, with softirqs that ran meanwhile, without the
     *     compilers
     * @param compilerSeconds processor time of the JVM's compilers
     * @param contextSwitches voluntary or not, without those of the compilers
     */
    public record Spent(double seconds, double compilerSeconds, long contextSwitches) {
        public double allSeconds() {
            return seconds + compilerSeconds;
        }
    }

    private ThreadUsage() {}

    public static ThreadUsage of(long pid) throws IOException {
        ThreadUsage usage = new ThreadUsage();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path thread : all) {
                try {
                    usage.threads.put(thread.getFileName().toString(), read(thread));
                } catch (IOException e) {
                    // The thread has ended since it was listed.
                    continue;
                }
            }
        }
        return usage;
    }

    private static Thread read(Path thread) throws IOException {
        List<String> status = Files.readAllLines(thread.resolve("status"));
        return new Thread(
                COMPILER.matcher(Files.readString(thread.resolve("comm"))).lookingAt(),
                Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]),
                Usage.field(status, "voluntary_ctxt_switches:") + Usage.field(status, "nonvoluntary_ctxt_switches:"));
    }

    public Spent since(ThreadUsage before) {
        long nanoseconds = 0;
        long compiling = 0;
        long contextSwitches = 0;
        for (Map.Entry<String, Thread> each : threads.entrySet()) {
            Thread now = each.getValue();
            Thread then = before.threads.getOrDefault(each.getKey(), new Thread(now.compiles(), 0, 0));
            if (now.compiles()) {
                compiling += now.nanoseconds() - then.nanoseconds();
            } else {
                nanoseconds += now.nanoseconds() - then.nanoseconds();
                contextSwitches += now.contextSwitches() - then.contextSwitches();
            }
        }
        return new Spent(nanoseconds / NANOSECONDS, compiling / NANOSECONDS, contextSwitches);
    }
}
