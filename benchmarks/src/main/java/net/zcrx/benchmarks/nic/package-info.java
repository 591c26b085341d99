// SPDX-License-Identifier: Apache-2.0
/**
 * Measurements on a real NIC, by two machines: {@code NicServer} sets up, receives and measures; {@code NicClient}
 * carries out the server's orders, which it gets over a {@code Control} connection.
 */
package net.zcrx.benchmarks.nic;
