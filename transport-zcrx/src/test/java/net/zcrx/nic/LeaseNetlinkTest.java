// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What this kernel says of leases; those of Linux 7.3 are tested in the virtual machine. */
class LeaseNetlinkTest {
    @Test
    void shouldKnowKernelsThatHaveLeases() throws Exception {
        String[] version = System.getProperty("os.version").split("[^0-9]+");
        boolean has = Integer.parseInt(version[0]) * 1000 + Integer.parseInt(version[1]) >= 7001;
        try (GenericNetlink netlink = NicInspector.open()) {
            assertEquals(has, LeaseNetlink.isSupported(netlink));
            assertTrue(netlink.commands("ethtool").contains(15), "ETHTOOL_MSG_RINGS_GET");
        }
    }

    @Test
    void shouldRefuseInterfacesThatAreNone() throws Exception {
        try (GenericNetlink netlink = NicInspector.open()) {
            assertThrows(NicException.class, () -> LeaseNetlink.lease(netlink, 999_999, 999_999, 1));
        }
    }

    @Test
    void shouldWriteCallAsYnlTakesIt() {
        assertEquals(
                "ynl --family netdev --do queue-create --json '{\"ifindex\": INDEX OF zcrx0, \"type\": \"rx\","
                        + " \"lease\":"
                        + " {\"ifindex\": 2, \"queue\": {\"id\": 4, \"type\": \"rx\"}}}'",
                LeaseNetlink.command("zcrx0", 2, 4));
    }
}
