// SPDX-License-Identifier: Apache-2.0
package net.zcrx.testsuite;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.SocketSslEchoTest;
import java.net.SocketAddress;
import java.util.List;

class ZcrxSharedSocketSslEchoTest extends SocketSslEchoTest {

    @Override
    protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
        return SharedTestPermutation.socket();
    }

    @Override
    protected SocketAddress newSocketAddress() {
        return SharedTestPermutation.newAddress();
    }
}
