// SPDX-License-Identifier: Apache-2.0
package io.netty.channel.epoll;

import net.zcrx.ZcrxTcpInfo;

/** What the kernel knows of a connection; zcrx's has the same methods. */
public final class EpollTcpInfo extends ZcrxTcpInfo {
    public EpollTcpInfo() {}
}
