// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.zcrx.nic.FlowRule;
import net.zcrx.nic.NicException;
import net.zcrx.nic.check.Refusals;
import net.zcrx.uring.Errno;

/**
 * The rules of a NIC that send a listener's connections to the queues of its event loops ({@code ethtool -N}). They
 * stay until {@link #remove()}. Rules of a process that ended without it are removed by the next {@link #install} or
 * {@link #removeStale} for that interface.
 *
 * <p>Several listeners, also of several processes, may install the same rules: the last one that removes them takes
 * them away. A rule of an operator that says the same is used and left alone.
 *
 * <p>Methods may be called on any thread. They take some milliseconds and wait for other processes that install or
 * remove at the same time.
 */
public final class FlowSteering {
    private final StateDirectory directory;
    private final String driver;
    private final SteeringRecord record;
    private boolean removed;

    private FlowSteering(StateDirectory directory, String driver, SteeringRecord record) {
        this.directory = directory;
        this.driver = driver;
        this.record = record;
    }

    /**
     * Sends TCP to {@code local} to these queues. Of several queues the NIC picks one per connection, if it has RSS
     * contexts; otherwise all go to the first queue and {@link #notice()} says so.
     *
     * @param local the address that a listener is bound to, with its port; the wildcard stands for IPv4 and IPv6
     * @param queues one or more numbers of queues, each once
     * @throws NicException if there is no such interface or queue, the NIC takes no rules or no more of them, another
     *     rule is in the way, or {@code CAP_NET_ADMIN} is missing; then nothing was changed
     */
    public static FlowSteering install(String interfaceName, InetSocketAddress local, int[] queues)
            throws NicException {
        return install(StateDirectory.find(), interfaceName, local, queues);
    }

    static FlowSteering install(StateDirectory directory, String interfaceName, InetSocketAddress local, int[] queues)
            throws NicException {
        if (local.isUnresolved() || local.getPort() == 0) {
            throw new IllegalArgumentException(
                    local + " cannot be steered: an address and a port are needed, so bind first.");
        }
        List<Integer> queueList = Arrays.stream(queues).boxed().toList();
        if (queueList.isEmpty() || queueList.stream().distinct().count() < queueList.size()) {
            throw new IllegalArgumentException(
                    "Queues " + queueList + " are none, or one of them is named twice; name each queue once.");
        }
        return directory.locked(() -> {
            try (SteeringTable table = SteeringTable.open(directory, interfaceName)) {
                for (int queue : queues) {
                    Refusals.requireQueue(table.nic(), queue);
                }
                table.removeStale();
                return new FlowSteering(
                        directory, table.nic().driver().orElse("unknown"), table.add(flows(local), queueList));
            }
        });
    }

    /**
     * Removes the rules of processes that ended without removing them.
     *
     * @return the removed rules, as {@code ethtool -N} takes them
     * @throws NicException if there is no such interface, or it refuses
     */
    public static List<String> removeStale(String interfaceName) throws NicException {
        return removeStale(StateDirectory.find(), interfaceName);
    }

    static List<String> removeStale(StateDirectory directory, String interfaceName) throws NicException {
        return directory.locked(() -> {
            try (SteeringTable table = SteeringTable.open(directory, interfaceName)) {
                return table.removeStale().stream().map(FlowRule::toString).toList();
            }
        });
    }

    /** The rules, as {@code ethtool -N} takes them; those of an operator are not among them. */
    public List<String> rules() {
        return record.rules().stream().map(FlowRule::toString).toList();
    }

    /** Returns a sentence that says what the NIC cannot do, if anything. */
    public Optional<String> notice() {
        boolean spread = record.rules().stream().allMatch(rule -> rule.context() != 0);
        return record.queues().size() == 1 || spread
                ? Optional.empty()
                : Optional.of("The driver " + driver + " of " + record.interfaceName()
                        + " has no RSS contexts, so port "
                        + record.rules().get(0).port()
                        + " is steered to queue " + record.queues().get(0) + " alone and not spread over "
                        + record.queues() + ".");
    }

    /**
     * Removes the rules, unless another listener needs them. A second call does nothing.
     *
     * @throws NicException if the NIC refuses; then the rules are still there and this can be called again
     */
    public void remove() throws NicException {
        directory.locked(() -> {
            if (!removed) {
                removeFromNic();
                removed = true;
            }
            return null;
        });
    }

    private void removeFromNic() throws NicException, IOException {
        try (SteeringTable table = SteeringTable.open(directory, record.interfaceName())) {
            table.remove(record);
        } catch (NicException e) {
            if (e.errno() != Errno.ENODEV) {
                throw e;
            }
            // The interface is gone, and its rules with it.
            record.delete();
        }
    }

    static List<FlowRule> flows(InetSocketAddress local) {
        InetAddress address = local.getAddress();
        List<FlowRule> flows = new ArrayList<>();
        if (address.isAnyLocalAddress()) {
            flows.add(new FlowRule(false, null, local.getPort(), 0, 0));
            // Where IPv6 is preferred Netty listens to both families for the wildcard of either.
            if (address instanceof Inet6Address || Socket.isIPv6Preferred()) {
                flows.add(new FlowRule(true, null, local.getPort(), 0, 0));
            }
        } else {
            InetAddress plain = withoutScope(address);
            flows.add(new FlowRule(plain instanceof Inet6Address, plain, local.getPort(), 0, 0));
        }
        return flows;
    }

    private static InetAddress withoutScope(InetAddress address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
            throw new AssertionError("an address has as many bytes as an address", e);
        }
    }
}
