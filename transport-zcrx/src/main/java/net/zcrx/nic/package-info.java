// SPDX-License-Identifier: Apache-2.0
/** What a NIC is: its rings, queues, rules and settings, as the kernel tells them by netlink and ioctl. */
package net.zcrx.nic;
