// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network namespace with nothing but loopback, in which connections of both sides have another TCP congestion control
 * than the machine's. The routes name it, as a namespace's own setting is limited to the algorithms that the machine
 * allows everybody. It lasts as long as this process.
 */
final class Namespace {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String name = "zcrx-bench-" + ProcessHandle.current().pid() + '-' + COUNT.incrementAndGet();

    private Namespace() {}

    /**
     * Creates it.
     *
     * @throws IOException without root, or if the kernel does not have this congestion control
     */
    static Namespace withCongestion(String congestion) throws IOException {
        Namespace namespace = new Namespace();
        ip("netns add " + namespace.name);
        Runtime.getRuntime().addShutdownHook(new Thread(namespace::delete));
        ip("-n " + namespace.name + " link set lo up");
        for (String address : List.of("127.0.0.0/8", "127.0.0.1")) {
            ip("-n " + namespace.name + " route replace local " + address
                    + " table local dev lo proto kernel scope host src 127.0.0.1 congctl " + congestion);
        }
        return namespace;
    }

    /** Returns the words that a command in it begins with. */
    List<String> prefix() {
        return List.of("ip", "netns", "exec", name);
    }

    private void delete() {
        try {
            ip("netns del " + name);
        } catch (IOException e) {
            System.err.println("The network namespace " + name + " is left: " + e.getMessage());
        }
    }

    private static void ip(String arguments) throws IOException {
        Processes.output(List.of(("ip " + arguments).split(" ")));
    }
}
