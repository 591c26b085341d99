// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.NicQueue;

/** Which processors event loops run on, and which handle the interrupts of queues. */
final class Processors {
    private static final Path CPUS = Path.of("/sys/devices/system/cpu");

    private Processors() {}

    /** Why a layout is unknown: a sentence. */
    static final class UnknownException extends IOException {
        private static final long serialVersionUID = 1;

        UnknownException(String message) {
            super(message);
        }
    }

    /**
     * The processors that handle the interrupts of these queues, each one's now.
     *
     * @throws UnknownException if that is not known, or not a processor for each
     */
    static SortedSet<Integer> ofInterrupts(String interfaceName, List<Integer> queues) throws IOException {
        SortedSet<Integer> all = new TreeSet<>();
        for (int queue : queues) {
            Optional<NicQueue> found = NicInspector.inspect(interfaceName).queue(queue);
            if (found.isEmpty() || found.get().irq().isEmpty()) {
                throw new UnknownException("The kernel does not say which interrupt queue " + queue + " of "
                        + interfaceName + " has, so where its softirqs run is not known, and one core and split cores"
                        + " are not told apart. If you know, say it by --softirq-cpus.");
            }
            int irq = found.get().irq().getAsInt();
            SortedSet<Integer> cpus = parse(affinity(irq));
            if (cpus.size() != 1) {
                throw new UnknownException("The interrupt of queue " + queue + " of " + interfaceName
                        + " may come to any of the processors " + list(cpus)
                        + ", so one core and split cores are not told apart. Choose one with: echo N >"
                        + " /proc/irq/" + irq + "/smp_affinity_list");
            }
            all.addAll(cpus);
        }
        return all;
    }

    private static String affinity(int irq) throws IOException {
        Path directory = Path.of("/proc/irq", Integer.toString(irq));
        String effective =
                Files.readString(directory.resolve("effective_affinity_list")).trim();
        return effective.isEmpty()
                ? Files.readString(directory.resolve("smp_affinity_list")).trim()
                : effective;
    }

    /**
     * Returns as many other processors as these, of the same NUMA node where there are enough, and not of the same
     * cores.
     *
     * @throws UnknownException if there are not so many
     */
    static SortedSet<Integer> beside(SortedSet<Integer> taken) throws IOException {
        SortedSet<Integer> busy = new TreeSet<>();
        for (int cpu : taken) {
            busy.addAll(siblings(cpu));
        }
        List<Integer> free = new ArrayList<>();
        String node = node(taken.first());
        List<Integer> far = new ArrayList<>();
        for (int cpu : allowed()) {
            if (!busy.contains(cpu)) {
                (node(cpu).equals(node) ? free : far).add(cpu);
                busy.addAll(siblings(cpu));
            }
        }
        free.addAll(far);
        if (free.size() < taken.size()) {
            throw new UnknownException("Split cores need as many more cores as the softirqs have (" + taken.size()
                    + "), and of those that are left there are " + free.size() + '.');
        }
        return new TreeSet<>(free.subList(0, taken.size()));
    }

    /** Returns the first processors that this process may use. */
    static SortedSet<Integer> any(int count) throws IOException {
        return allowed().stream().limit(count).collect(Collectors.toCollection(TreeSet::new));
    }

    private static SortedSet<Integer> allowed() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("Cpus_allowed_list:")) {
                return parse(line.substring(line.indexOf(':') + 1).trim());
            }
        }
        throw new IOException("/proc/self/status does not say which processors may be used.");
    }

    private static SortedSet<Integer> siblings(int cpu) throws IOException {
        Path file = CPUS.resolve("cpu" + cpu + "/topology/thread_siblings_list");
        return Files.exists(file) ? parse(Files.readString(file).trim()) : new TreeSet<>(List.of(cpu));
    }

    /** The name of its NUMA node; empty where there are none. */
    private static String node(int cpu) throws IOException {
        try (DirectoryStream<Path> nodes = Files.newDirectoryStream(CPUS.resolve("cpu" + cpu), "node[0-9]*")) {
            for (Path found : nodes) {
                return found.getFileName().toString();
            }
        }
        return "";
    }

    /**
     * The numbers of a list as {@code 0}, {@code 2-5} or {@code 0,2-3}.
     *
     * @throws IllegalArgumentException if it is none
     */
    static SortedSet<Integer> parse(String list) {
        SortedSet<Integer> cpus = new TreeSet<>();
        for (String range : list.split(",")) {
            if (!range.matches("\\d{1,5}(-\\d{1,5})?")) {
                throw new IllegalArgumentException(
                        "\"" + list + "\" is no list of processors: write it as 0, 2-5 or 0,2-3.");
            }
            String[] ends = range.split("-");
            for (int cpu = Integer.parseInt(ends[0]); cpu <= Integer.parseInt(ends[ends.length - 1]); cpu++) {
                cpus.add(cpu);
            }
        }
        return cpus;
    }

    /** Returns a list as taskset takes it. */
    static String list(SortedSet<Integer> cpus) {
        return cpus.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
