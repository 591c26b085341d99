// SPDX-License-Identifier: Apache-2.0
/** Sockets, and the options that the kernel keeps of them. */
package net.zcrx.option;
