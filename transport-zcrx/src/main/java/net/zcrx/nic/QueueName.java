// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

/**
 * A receive queue of a NIC.
 *
 * @param interfaceName of the NIC, as {@code ip link} shows it
 * @param queue its number, from 0
 */
public record QueueName(String interfaceName, int queue) {}
