// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.zcrx.uring.Native;

/** The software NIC, by its scripts; see transport-zcrx-tests/nic. */
final class Nic {
    static final String NAME = "zcnic0";
    /** The queue that {@link #PORT} is steered to. */
    static final int QUEUE = 1;

    static final int PORT = 8000;
    static final String ADDRESS = "10.9.0.1";
    static final String ADDRESS_6 = "fd00:9::1";
    static final String PEER_ADDRESS = "10.9.0.2";

    private Nic() {}

    /** What so many pages of this machine have, in bytes: the NIC takes memory by pages, whatever their size. */
    static long pages(int count) {
        return count * (long) Native.pageSize();
    }

    /** Sets it up anew. */
    static void up(String... options) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("nic-up", "--rule", PORT + ":" + QUEUE));
        words.addAll(Arrays.asList(options));
        Command.run(words.toArray(String[]::new));
    }

    static void fault(String... settings) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("nic-fault"));
        words.addAll(Arrays.asList(settings));
        Command.run(words.toArray(String[]::new));
    }

    static void repair() throws IOException, InterruptedException {
        fault("clear");
    }

    /** A counter of the bound queue, as iov_bytes. */
    static long counter(String name) throws IOException, InterruptedException {
        return counter(QUEUE, name);
    }

    static long counter(int queue, String name) throws IOException, InterruptedException {
        return Long.parseLong(
                Command.run("nic-stats", "rx" + queue + "_" + name).trim().split("=")[1]);
    }

    /** A counter summed over all queues. */
    static long sum(String name) throws IOException, InterruptedException {
        return Command.run("nic-stats")
                .lines()
                .filter(line -> line.matches("rx[0-9]+_" + name + "=.*"))
                .mapToLong(line -> Long.parseLong(line.split("=")[1]))
                .sum();
    }

    /** Sends pattern bytes from the other end of the wire, and waits until its connection is closed. */
    static Command send(String address, int port, long bytes, String... more) throws IOException {
        return send(List.of("nic-peer"), address, port, bytes, more);
    }

    /** Sends pattern bytes over loopback. */
    static Command sendLocally(int port, long bytes) throws IOException {
        return send(List.of(), "127.0.0.1", port, bytes);
    }

    private static Command send(List<String> wrapper, String address, int port, long bytes, String... more)
            throws IOException {
        List<String> words = new ArrayList<>(wrapper);
        words.add("patsend");
        words.addAll(Arrays.stream(more).filter(word -> word.startsWith("-")).toList());
        words.addAll(List.of(address, Integer.toString(port), Long.toString(bytes)));
        words.addAll(Arrays.stream(more).filter(word -> !word.startsWith("-")).toList());
        return Command.start(words.toArray(String[]::new));
    }

    /** Page pools whose ring is gone go away within seconds, or pages were lost. */
    static void leaksNothing() throws IOException, InterruptedException {
        assertEquals("", Command.run("nic-leaks"));
    }
}
