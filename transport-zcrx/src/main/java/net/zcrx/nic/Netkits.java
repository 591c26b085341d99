// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.zcrx.uring.Errno;

/** The netkit interfaces of this network namespace that have queues of a NIC on lease (Linux 7.1). */
final class Netkits {
    /** Interfaces of the thread's namespace, without addresses too; a sysfs may show those of another one. */
    private static final Path INTERFACES = Path.of("/proc/thread-self/net/dev");

    private Netkits() {}

    static List<NicSnapshot> withLeases(GenericNetlink netlink) throws NicException {
        List<NicSnapshot> found = new ArrayList<>();
        for (String name : names()) {
            try {
                boolean netkit = new EthtoolIoctl(netlink.fd(), name)
                        .driver()
                        .filter(NicSnapshot.NETKIT::equals)
                        .isPresent();
                NicSnapshot snapshot = netkit ? NicInspector.inspect(netlink, name) : null;
                if (snapshot != null && !snapshot.leasedQueues().isEmpty()) {
                    found.add(snapshot);
                }
            } catch (NicException e) {
                if (e.errno() != Errno.ENODEV) {
                    throw e;
                }
                // It went away meanwhile.
            }
        }
        return found;
    }

    private static List<String> names() {
        try {
            return Files.readAllLines(INTERFACES).stream()
                    .filter(line -> line.contains(":"))
                    .map(line -> line.substring(0, line.lastIndexOf(':')).trim())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            // A sandbox without this part of /proc: nothing is known of leases.
            return List.of();
        }
    }
}
