// SPDX-License-Identifier: Apache-2.0
/**
 * Protocols of the server that need more than Netty 4.1 and its own codecs, each a class with a constructor without
 * parameters; and the gRPC client that measures one of them.
 */
package net.zcrx.benchmarks.protocols;
