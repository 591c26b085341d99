// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

/** The identity of a NIC, in ethtool's words; {@code unknown} for facts that it does not have. */
record NicFacts(String interfaceName, String driver, String version, String firmware, String bus, String speed) {
    static NicFacts unknown(String interfaceName) {
        return new NicFacts(interfaceName, "unknown", "unknown", "unknown", "unknown", "unknown");
    }
}
