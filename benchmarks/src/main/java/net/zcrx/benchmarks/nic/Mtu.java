// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.io.IOException;
import java.net.NetworkInterface;
import java.util.List;
import net.zcrx.benchmarks.Processes;
import net.zcrx.benchmarks.Undoing;

/** The MTU of an interface, which is put back at the end. */
final class Mtu {
    private final String interfaceName;
    private final Undoing undoing;
    private final int before;
    private boolean noted;

    /** @throws IOException if there is no such interface any more */
    Mtu(String interfaceName, Undoing undoing) throws IOException {
        this.interfaceName = interfaceName;
        this.undoing = undoing;
        before = current();
    }

    int current() throws IOException {
        NetworkInterface found = NetworkInterface.getByName(interfaceName);
        if (found == null) {
            throw new IOException("There is no network interface " + interfaceName + " any more.");
        }
        return found.getMTU();
    }

    /** @throws IOException if the NIC, or the kernel, refuses; it says why */
    void set(int bytes) throws IOException {
        if (bytes == current()) {
            return;
        }
        undoing.requireNotEnded();
        if (noted) {
            write(bytes);
        } else {
            undoing.change(
                    "The MTU of " + interfaceName + " (" + before + ')', () -> write(bytes), () -> write(before));
            noted = true;
        }
    }

    private void write(int bytes) throws IOException {
        Processes.output(List.of("ip", "link", "set", "dev", interfaceName, "mtu", Integer.toString(bytes)));
    }
}
