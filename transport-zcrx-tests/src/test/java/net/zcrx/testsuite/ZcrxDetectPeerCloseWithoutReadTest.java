// SPDX-License-Identifier: Apache-2.0
package net.zcrx.testsuite;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.tests.DetectPeerCloseWithoutReadTest;

class ZcrxDetectPeerCloseWithoutReadTest extends DetectPeerCloseWithoutReadTest {

    @Override
    protected EventLoopGroup newGroup() {
        return new MultiThreadIoEventLoopGroup(2, TransportUnderTest.newFactory(2));
    }

    @Override
    protected Class<? extends ServerChannel> serverChannel() {
        return TransportUnderTest.SERVER_CHANNEL;
    }

    @Override
    protected Class<? extends Channel> clientChannel() {
        return TransportUnderTest.CLIENT_CHANNEL;
    }
}
