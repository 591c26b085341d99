// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import net.zcrx.nic.EthtoolIoctl;
import net.zcrx.nic.EthtoolNetlink;
import net.zcrx.nic.GenericNetlink;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.NicSetting;
import net.zcrx.nic.NicSnapshot;

/** A snapshot of a NIC, and the means to change it. */
final class NicSession implements AutoCloseable {
    private final GenericNetlink netlink;
    private final NicSnapshot nic;
    private final EthtoolNetlink ethtool;
    private final EthtoolIoctl ioctl;

    /** @throws NicException with errno {@code ENODEV} if there is no such interface */
    NicSession(String interfaceName) throws NicException {
        netlink = NicInspector.open();
        try {
            nic = NicInspector.inspect(netlink, interfaceName);
            ethtool = new EthtoolNetlink(netlink, interfaceName);
            ioctl = new EthtoolIoctl(netlink.fd(), interfaceName);
        } catch (NicException e) {
            netlink.close();
            throw e;
        }
    }

    GenericNetlink netlink() {
        return netlink;
    }

    /** Returns the NIC as it was when the session began. */
    NicSnapshot nic() {
        return nic;
    }

    void set(NicSetting setting, String value) throws NicException {
        setting.set(ethtool, ioctl, value);
    }

    RuleTable rules() throws NicException {
        return new RuleTable(netlink, nic);
    }

    @Override
    public void close() {
        netlink.close();
    }
}
