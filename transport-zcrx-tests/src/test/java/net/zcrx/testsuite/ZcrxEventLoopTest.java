// SPDX-License-Identifier: Apache-2.0
package net.zcrx.testsuite;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.testsuite.transport.AbstractSingleThreadEventLoopTest;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

class ZcrxEventLoopTest extends AbstractSingleThreadEventLoopTest {

    @Override
    protected EventLoopGroup newEventLoopGroup() {
        return new MultiThreadIoEventLoopGroup(1, TransportUnderTest.newFactory(1));
    }

    @Override
    protected EventLoopGroup newAutoScalingEventLoopGroup() {
        throw new UnsupportedOperationException("A ring belongs to one thread, so its loop cannot be suspended.");
    }

    @Test
    @Disabled("A ring belongs to one thread, so its loop cannot be suspended and go on with another one.")
    @Override
    public void testAutoScalingEventLoopGroupCanScaleDownAndBeUsed() throws Exception {
        super.testAutoScalingEventLoopGroupCanScaleDownAndBeUsed();
    }

    @Test
    @Disabled("A ring belongs to one thread, so its loop cannot be suspended and go on with another one.")
    @Override
    public void testSubmittingTaskWakesUpSuspendedExecutor() throws Exception {
        super.testSubmittingTaskWakesUpSuspendedExecutor();
    }

    @Override
    protected Channel newChannel() {
        return TransportUnderTest.newServerChannel();
    }

    @Override
    protected Class<? extends ServerChannel> serverChannelClass() {
        return TransportUnderTest.SERVER_CHANNEL;
    }
}
