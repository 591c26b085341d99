// SPDX-License-Identifier: Apache-2.0
/** The transports of Netty 4.2, and zcrx. */
package net.zcrx.benchmarks.netty42;
