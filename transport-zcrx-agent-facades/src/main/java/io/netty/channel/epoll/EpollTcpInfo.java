// SPDX-License-Identifier: Apache-2.0
package io.netty.channel.epoll;

import net.zcrx.ZcrxTcpInfo;

/** The kernel's statistics of a connection; zcrx's class has the same methods. */
public final class EpollTcpInfo extends ZcrxTcpInfo {
    public EpollTcpInfo() {}
}
