// SPDX-License-Identifier: Apache-2.0
/** {@link net.zcrx.reactor.netty.ZcrxLoopResources} gives Reactor Netty the transport's event loops and channels. */
package net.zcrx.reactor.netty;
