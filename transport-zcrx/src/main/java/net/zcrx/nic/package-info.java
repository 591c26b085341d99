// SPDX-License-Identifier: Apache-2.0
/** NICs: their rings, queues, rules and settings, as the kernel reports them by netlink and ioctl. */
package net.zcrx.nic;
