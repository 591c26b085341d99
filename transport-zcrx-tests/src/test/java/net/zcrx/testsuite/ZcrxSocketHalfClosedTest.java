// SPDX-License-Identifier: Apache-2.0
package net.zcrx.testsuite;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.SocketHalfClosedTest;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/** One case reads 16 KiB byte by byte: the original's 20 s are too few for a virtual machine on a busy host. */
@Timeout(120)
class ZcrxSocketHalfClosedTest extends SocketHalfClosedTest {

    @Override
    protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
        return ZcrxSocketTestPermutation.INSTANCE.socket();
    }
}
