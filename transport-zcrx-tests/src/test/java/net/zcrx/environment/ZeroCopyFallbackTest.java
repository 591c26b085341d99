// SPDX-License-Identifier: Apache-2.0
package net.zcrx.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;
import org.junit.jupiter.api.Test;

/**
 * Whatever machine this runs on: loopback is no NIC that could receive by zero copy, and often the kernel cannot
 * either. Then the same program receives by copy and says why.
 */
class ZeroCopyFallbackTest {
    private static final ZcrxIoHandlerConfig CONFIG =
            new ZcrxIoHandlerConfig().interfaceQueue("lo", 0).areaBytes(8 << 20);

    @Test
    void shouldReceiveByCopyAndSayWhy() {
        ZcrxEventLoopGroup group = new ZcrxEventLoopGroup(1, CONFIG.mode(ZcrxMode.AUTO));
        try {
            ZcrxMetrics metrics = group.metrics().get(0);
            assertEquals(ZcrxMode.COPY, metrics.mode());
            assertSentence(metrics.modeReason());
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    @Test
    void shouldRefuseWhatIsDemanded() {
        Throwable refusal =
                assertThrows(RuntimeException.class, () -> new ZcrxEventLoopGroup(1, CONFIG.mode(ZcrxMode.ZERO_COPY)));
        while (refusal.getCause() != null && !(refusal.getMessage() + "").startsWith("Mode ")) {
            refusal = refusal.getCause();
        }
        assertTrue(
                refusal.getMessage().startsWith("Mode ZERO_COPY was demanded but does not work: "), refusal::toString);
        assertSentence(refusal.getMessage());
    }

    private static void assertSentence(String text) {
        assertTrue(text.matches("(?s)[A-Z].* .*(Use|Fix|Run|List|Take) .*"), text);
    }
}
