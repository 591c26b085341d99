// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.IntStream;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.change.LeaseRequest;
import net.zcrx.nic.change.QueueLeases;

/** A network namespace as a container has one, with queues of the NIC on lease; the NIC is set up anew for it. */
final class Pod implements AutoCloseable {
    static final String ADDRESS = "10.10.0.2";
    static final int PORT = 8000;
    private static final String NAME = "pod";

    private Pod() {}

    /** With the NIC's queues from 1 on. */
    static Pod up(int queues) throws Exception {
        Command.run("nic-up");
        Command.run("sh", "-c", "ip netns del pod 2> /dev/null; ip netns add pod && ip -n pod link set lo up");
        QueueLeases.lease(
                new LeaseRequest(
                        Nic.NAME,
                        IntStream.rangeClosed(1, queues).boxed().toList(),
                        NAME,
                        InetAddress.getByName(ADDRESS),
                        List.of(PORT)),
                System.out::println);
        // The wire's other end is the network, which sends what is for the pod to the pod's host.
        Command.run("nic-peer", "ip", "route", "add", ADDRESS + "/32", "via", Nic.ADDRESS);
        return new Pod();
    }

    /** The command that runs another one in it, with CAP_NET_ADMIN and no other capability. */
    List<String> wrapper() {
        return List.of(
                "nsenter",
                "--net=/run/netns/" + NAME,
                "--",
                "setpriv",
                "--bounding-set",
                "-all,+net_admin",
                "--inh-caps",
                "-all,+net_admin");
    }

    /** A server in it, which says "listening". */
    Command server(int loops) throws Exception {
        return Child.start(wrapper(), PodServer.class, Integer.toString(loops));
    }

    /** Waits until the host has the queue again: namespaces end in the background. */
    static void awaitFreeQueue() {
        Waiting.await(
                "queue 1 is free",
                () -> Waiting.value(() -> NicInspector.inspect(Nic.NAME))
                        .queue(1)
                        .orElseThrow()
                        .isFree());
    }

    @Override
    public void close() throws IOException {
        try {
            QueueLeases.end(Nic.NAME, List.of(), System.out::println);
        } catch (NicException e) {
            // It has ended before, which is what the test is about.
        }
        try {
            Command.run("sh", "-c", "ip netns del pod 2> /dev/null || true");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
