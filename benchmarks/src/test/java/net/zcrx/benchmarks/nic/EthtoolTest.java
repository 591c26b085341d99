// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class EthtoolTest {
    @Test
    void shouldReadDriverAndFirmware() {
        Map<String, String> pairs = Ethtool.pairs("""
                driver: bnxt_en
                version: 7.3.4
                firmware-version: 232.0.155.5/pkg 232.1.132.8
                expansion-rom-version:\s
                bus-info: 0000:3b:00.0
                """);
        assertEquals("232.0.155.5/pkg 232.1.132.8", pairs.get("firmware-version"));
        assertEquals("0000:3b:00.0", pairs.get("bus-info"));
        assertEquals(4, pairs.size());
    }

    @Test
    void shouldReadCountersOfQueuesToo() {
        assertEquals(Map.of("rx_bytes", 12L, "[0]: rx_ucast_packets", 7L, "rx0_iov_bytes", 0L), Ethtool.numbers("""
                        NIC statistics:
                             rx_bytes: 12
                             [0]: rx_ucast_packets: 7
                             rx0_iov_bytes: 0
                             phy_state: up
                        """));
    }
}
