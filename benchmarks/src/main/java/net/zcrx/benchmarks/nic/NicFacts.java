// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

/** Which NIC it is, in ethtool's words; {@code unknown} for what it does not say. */
record NicFacts(String interfaceName, String driver, String version, String firmware, String bus, String speed) {
    static NicFacts unknown(String interfaceName) {
        return new NicFacts(interfaceName, "unknown", "unknown", "unknown", "unknown", "unknown");
    }
}
