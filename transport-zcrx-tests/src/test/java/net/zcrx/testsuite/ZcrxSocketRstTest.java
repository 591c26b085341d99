// SPDX-License-Identifier: Apache-2.0
package net.zcrx.testsuite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.Errors;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.SocketRstTest;
import java.io.IOException;
import java.util.List;

class ZcrxSocketRstTest extends SocketRstTest {

    @Override
    protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
        return ZcrxSocketTestPermutation.INSTANCE.socket();
    }

    @Override
    protected void assertRstOnCloseException(IOException cause, Channel clientChannel) {
        if (clientChannel instanceof NioSocketChannel) {
            super.assertRstOnCloseException(cause, clientChannel);
        } else {
            Errors.NativeIoException nativeCause = assertInstanceOf(Errors.NativeIoException.class, cause);
            assertEquals(Errors.ERRNO_ECONNRESET_NEGATIVE, nativeCause.expectedErr());
        }
    }
}
