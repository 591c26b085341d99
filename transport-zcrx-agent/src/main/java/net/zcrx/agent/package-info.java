// SPDX-License-Identifier: Apache-2.0
/**
 * The Java agent: it sees each class before it is defined, gives a class loader that has Netty the jars it lacks, and
 * puts a facade in the place of some classes of epoll. Start at {@link net.zcrx.agent.Agent}.
 *
 * <p>Nothing here uses a class of Netty, as an application may have several Nettys in as many class loaders. Code that
 * does is in {@code net.zcrx.agent.facade}.
 */
package net.zcrx.agent;
