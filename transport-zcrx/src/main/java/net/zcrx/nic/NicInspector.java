// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import net.zcrx.uring.Errno;
import net.zcrx.uring.LoadFailure;
import net.zcrx.uring.Native;

/**
 * Reads the state of a NIC from the kernel, without any privilege, in the network namespace of the calling thread. All
 * methods may be called on any thread; they take a few system calls.
 */
public final class NicInspector {
    private NicInspector() {}

    /**
     * Reads one interface.
     *
     * @throws NicException with errno {@code ENODEV} if there is no such interface, or if the kernel does not answer
     */
    public static NicSnapshot inspect(String interfaceName) throws NicException {
        try (GenericNetlink netlink = open()) {
            return inspect(netlink, interfaceName);
        }
    }

    /**
     * The receive queues of an interface, by the id that {@code SO_INCOMING_NAPI_ID} gives for a connection whose
     * packets arrive on them; none while the interface is down, or if the kernel is older than 6.8.
     *
     * @return empty if its queues have no such ids: those that are on lease
     */
    public static Optional<Map<Integer, Integer>> queuesByNapi(int interfaceIndex) throws NicException {
        try (GenericNetlink netlink = open()) {
            return NetdevNetlink.queuesByNapi(netlink, interfaceIndex);
        }
    }

    /**
     * The interfaces that may be NICs for zero-copy receive, the likelier ones first: those that have queues on lease,
     * then those that can split headers.
     */
    public static List<String> candidates() throws NicException {
        try (GenericNetlink netlink = open()) {
            List<String> all = new ArrayList<>();
            Netkits.withLeases(netlink).forEach(netkit -> all.add(netkit.interfaceName()));
            all.addAll(EthtoolNetlink.candidates(netlink));
            return all;
        }
    }

    /** The queues that interfaces of this network namespace have on lease, by interface and number; often none. */
    public static List<QueueName> leasedQueues() throws NicException {
        try (GenericNetlink netlink = open()) {
            return Netkits.withLeases(netlink).stream()
                    .flatMap(netkit ->
                            netkit.leasedQueues().stream().map(queue -> new QueueName(netkit.interfaceName(), queue)))
                    .toList();
        }
    }

    /** Whether the native libraries that this package calls are there: ours and Netty's. */
    public static boolean isAvailable() {
        return LoadFailure.ofNetty() == null && Native.loadFailure() == null;
    }

    /** The number of an interface of this network namespace; empty if there is none of this name. */
    public static OptionalInt index(String interfaceName) throws NicException {
        try (GenericNetlink netlink = open()) {
            return OptionalInt.of(new EthtoolIoctl(netlink.fd(), interfaceName).interfaceIndex());
        } catch (NicException e) {
            if (e.errno() == Errno.ENODEV) {
                return OptionalInt.empty();
            }
            throw e;
        }
    }

    public static GenericNetlink open() throws NicException {
        if (!isAvailable()) {
            throw new NicException(
                    "NICs cannot be inspected, for the native libraries of zcrx and Netty were not loaded:"
                            + " put transport-zcrx-native and netty-transport-native-io_uring for this platform on the"
                            + " class path, and do not set -Dio.netty.transport.noNative.");
        }
        return GenericNetlink.open();
    }

    public static NicSnapshot inspect(GenericNetlink netlink, String interfaceName) throws NicException {
        EthtoolIoctl ioctl = new EthtoolIoctl(netlink.fd(), interfaceName);
        int index = index(ioctl, interfaceName);
        EthtoolNetlink ethtool = new EthtoolNetlink(netlink, interfaceName);
        EthtoolNetlink.Rings rings = ethtool.rings();
        List<NicQueue> queues = NetdevNetlink.queues(netlink, index);
        OptionalInt count = ethtool.receiveQueues();
        if (count.isEmpty() && !queues.isEmpty()) {
            count = OptionalInt.of(queues.size());
        }
        return new NicSnapshot(
                interfaceName,
                index,
                ioctl.driver(),
                count,
                rings.split(),
                rings.threshold(),
                rings.entries(),
                ethtool.ntuple(),
                ioctl.rules().map(List::copyOf),
                Arrays.stream(ioctl.hashTable(0)).boxed().toList(),
                queues,
                numaNode(interfaceName, index));
    }

    private static int index(EthtoolIoctl ioctl, String interfaceName) throws NicException {
        try {
            return ioctl.interfaceIndex();
        } catch (NicException e) {
            if (e.errno() == Errno.ENODEV) {
                throw new NicException(
                        "There is no network interface " + interfaceName + " in this network namespace. List them"
                                + " with: ip link",
                        Errno.ENODEV);
            }
            throw e;
        }
    }

    private static OptionalInt numaNode(String interfaceName, int index) {
        try {
            Path directory = Path.of("/sys/class/net", interfaceName);
            // A sysfs that was mounted in another network namespace shows the interfaces of that one.
            int shown = Integer.parseInt(
                    Files.readString(directory.resolve("ifindex")).trim());
            int node = Integer.parseInt(
                    Files.readString(directory.resolve("device/numa_node")).trim());
            return shown == index && node >= 0 ? OptionalInt.of(node) : OptionalInt.empty();
        } catch (IOException | NumberFormatException e) {
            // No sysfs, or no device behind the interface.
            return OptionalInt.empty();
        }
    }
}
