// SPDX-License-Identifier: Apache-2.0
package net.zcrx.testsuite;

import io.netty.bootstrap.Bootstrap;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.SocketConnectionAttemptTest;
import java.util.List;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

class ZcrxSocketConnectionAttemptTest extends SocketConnectionAttemptTest {

    @Override
    protected List<BootstrapFactory<Bootstrap>> newFactories() {
        return ZcrxSocketTestPermutation.INSTANCE.clientSocket();
    }

    @Test
    @Disabled("It connects to an address of TEST-NET and needs no answer to come; some networks answer for every"
            + " address.")
    @Override
    public void testConnectCancellation(TestInfo testInfo) throws Throwable {
        super.testConnectCancellation(testInfo);
    }
}
