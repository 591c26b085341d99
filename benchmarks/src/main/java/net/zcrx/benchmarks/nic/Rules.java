// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import net.zcrx.nic.change.FlowSteering;

/** The NIC's rules for the ports of a case. Two threads may use it: the one that measures, and the one that ends. */
final class Rules {
    private final String interfaceName;
    private final Consumer<String> notes;
    private final Deque<FlowSteering> installed = new ArrayDeque<>();

    /** @param notes gets a note of each rule that the NIC refused */
    Rules(String interfaceName, Consumer<String> notes) {
        this.interfaceName = interfaceName;
        this.notes = notes;
    }

    /** @throws IOException if the NIC refuses; a sentence. Then some may be there: {@link #remove} them */
    synchronized void install(InetAddress address, List<Integer> ports, List<Integer> queues) throws IOException {
        int[] numbers = queues.stream().mapToInt(Integer::intValue).toArray();
        for (int port : ports) {
            FlowSteering steering = FlowSteering.install(interfaceName, new InetSocketAddress(address, port), numbers);
            installed.push(steering);
            steering.notice().ifPresent(notes);
        }
    }

    synchronized void remove() throws IOException {
        while (!installed.isEmpty()) {
            installed.peek().remove();
            installed.pop();
        }
    }
}
