// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The settings of the server.
 *
 * @param queues of the interface, to be bound and steered to; none to leave the NIC as it is
 * @param port of the control connection; those of the data are the next two, or any if it is 0
 * @param mtus to be measured at
 * @param flows long flows per queue
 * @param checkBytes that are compared before each measurement
 * @param softirqCpus where the softirqs of the queues run; empty to find it out
 * @param waitSeconds for a client
 */
record Settings(
        String interfaceName,
        List<Integer> queues,
        int port,
        List<String> transports,
        List<Integer> buffers,
        List<Integer> mtus,
        int flows,
        int rounds,
        double warmup,
        double seconds,
        long checkBytes,
        String softirqCpus,
        int waitSeconds) {
    private static final Pattern INTERFACE = Pattern.compile("(.+?)(?::(\\d{1,5})(?:-(\\d{1,5}))?)?");
    private static final int MAX_QUEUES = 256;

    /** An interface, and queues of it. */
    record Queues(String interfaceName, List<Integer> numbers) {
        /**
         * Reads {@code eth0}, {@code eth0:4} or {@code eth0:4-7}.
         *
         * @throws IllegalArgumentException if it is none of these
         */
        static Queues parse(String text) {
            Matcher parts = INTERFACE.matcher(text);
            if (!parts.matches()) {
                throw new IllegalArgumentException("\"" + text + "\" names no interface: write eth0:4 or eth0:4-7.");
            }
            if (parts.group(2) == null) {
                return new Queues(text, List.of());
            }
            int first = Integer.parseInt(parts.group(2));
            int last = parts.group(3) == null ? first : Integer.parseInt(parts.group(3));
            if (first > last || last - first >= MAX_QUEUES) {
                throw new IllegalArgumentException("\"" + text + "\" names no range of at most " + MAX_QUEUES
                        + " queues: write the smaller number first, as eth0:4-7.");
            }
            return new Queues(
                    parts.group(1), IntStream.rangeClosed(first, last).boxed().toList());
        }
    }

    int dataPort() {
        return port == 0 ? 0 : port + 1;
    }
}
