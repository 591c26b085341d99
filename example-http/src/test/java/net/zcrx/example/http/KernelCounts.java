// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the event loops of a process ask of the kernel, counted by its tracepoints in a trace buffer of its own: such
 * numbers do not depend on the machine's speed.
 */
final class KernelCounts implements AutoCloseable {
    /** A thread's name has 15 bytes. */
    private static final String LOOP = "multiThreadIoEv";

    private static final String REQUESTS = "io_uring/io_uring_submit_req";
    private static final String COMPLETIONS = "io_uring/io_uring_complete";
    private static final List<String> CALLS = List.of(
            "io_uring_enter",
            "sendto",
            "sendmsg",
            "recvfrom",
            "recvmsg",
            "read",
            "readv",
            "write",
            "writev",
            "epoll_wait",
            "epoll_pwait",
            "epoll_pwait2",
            "epoll_ctl");

    /** Of a line of the trace: what follows the time. */
    private static final Pattern EVENT = Pattern.compile(" \\d+\\.\\d+: (?:sys_)?(\\w+)");

    private static final Path INSTANCES = Path.of("/sys/kernel/tracing/instances");

    private final Path instance;

    /** From now on; skips the test where the kernel or its owner does not let one count. */
    KernelCounts(Process process) throws IOException {
        assumeTrue(
                Files.isWritable(INSTANCES) && Files.exists(INSTANCES.resolveSibling("events/" + REQUESTS)),
                "counting needs root and a kernel with tracepoints of io_uring and of system calls");
        instance = Files.createDirectory(INSTANCES.resolve("zcrx-" + process.pid()));
        Files.writeString(instance.resolve("set_event_pid"), loops(process));
        for (String event : events().keySet()) {
            Files.writeString(instance.resolve("events/" + event + "/enable"), "1");
        }
    }

    private static String loops(Process process) throws IOException {
        List<String> loops = new ArrayList<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
            for (Path task : tasks.collect(Collectors.toList())) {
                if (Files.readString(task.resolve("comm")).startsWith(LOOP)) {
                    loops.add(task.getFileName().toString());
                }
            }
        }
        return String.join(" ", loops);
    }

    /** By the tracepoint's path, what its line of the trace begins with. */
    private static Map<String, String> events() {
        Map<String, String> events =
                new TreeMap<>(Map.of(REQUESTS, "io_uring_submit_req", COMPLETIONS, "io_uring_complete"));
        CALLS.forEach(call -> events.put("syscalls/sys_enter_" + call, call));
        return events;
    }

    /** How often each was seen so far on the loops' threads; what never was is left out. */
    Map<String, Long> read() throws IOException {
        Map<String, Long> counts = new TreeMap<>();
        for (String line : Files.readAllLines(instance.resolve("trace"))) {
            Matcher event = EVENT.matcher(line);
            if (event.find()) {
                counts.merge(event.group(1), 1L, Long::sum);
            }
        }
        return counts;
    }

    static long requests(Map<String, Long> counts) {
        return counts.getOrDefault("io_uring_submit_req", 0L);
    }

    static long completions(Map<String, Long> counts) {
        return counts.getOrDefault("io_uring_complete", 0L);
    }

    static long calls(Map<String, Long> counts) {
        return CALLS.stream().mapToLong(call -> counts.getOrDefault(call, 0L)).sum();
    }

    @Override
    public void close() throws IOException {
        Files.delete(instance);
    }
}
