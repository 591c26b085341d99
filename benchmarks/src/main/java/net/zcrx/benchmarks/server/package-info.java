// SPDX-License-Identifier: Apache-2.0
/**
 * The server that is measured. Each peer runs this same code: it uses only what Netty 4.1 and 4.2 both have, and is
 * compiled against each.
 */
package net.zcrx.benchmarks.server;
