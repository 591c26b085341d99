// SPDX-License-Identifier: Apache-2.0
/**
 * Measurements on a real NIC, by two machines: {@code NicServer} sets up, receives and measures; {@code NicClient} does
 * what the other tells it over a {@code Control} connection.
 */
package net.zcrx.benchmarks.nic;
