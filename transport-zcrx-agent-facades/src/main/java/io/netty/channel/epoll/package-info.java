// SPDX-License-Identifier: Apache-2.0
/**
 * Facades: classes with the names and the public members of Netty's epoll transport, but on zcrx. The agent defines
 * them in the place of Netty's, so that an application that was written for epoll runs unchanged.
 */
package io.netty.channel.epoll;
