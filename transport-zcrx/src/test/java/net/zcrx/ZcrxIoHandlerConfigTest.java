// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import net.zcrx.uring.Native;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ZcrxIoHandlerConfigTest {
    private final ZcrxIoHandlerConfig config = new ZcrxIoHandlerConfig();

    private String queues() {
        return config.interfaceQueues().stream()
                .map(name -> name.interfaceName() + ' ' + name.queue())
                .collect(Collectors.joining(", "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "eth0:4             | eth0 4",
                "eth0:4-7           | eth0 4, eth0 5, eth0 6, eth0 7",
                "eth0:3-3           | eth0 3",
                "eth0:7,eth0:4-5    | eth0 7, eth0 4, eth0 5",
                "eth0:4-5,eth1:2    | eth0 4, eth0 5, eth1 2",
                "eth0.100@x:1:0-1   | eth0.100@x:1 0, eth0.100@x:1 1",
                "eth0:65535         | eth0 65535"
            })
    void shouldReadRanges(String text, String expected) {
        config.interfaceQueues(text);
        assertEquals(expected, queues());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "\"\"                | names no queues",
                "eth0                | names no queues",
                "eth0:               | names no queues",
                ":4                  | names no queues",
                "eth0:4-             | names no queues",
                "eth0:-4             | names no queues",
                "eth0:4-5-6          | names no queues",
                "eth0:a              | names no queues",
                "eth0:4,             | names no queues",
                "eth0:4, eth0:5      | names no queues",
                "eth0:1234567890     | names no queues",
                "eth0:7-4            | ends before it begins",
                "eth0:65536          | between 0 and 65535",
                "eth0:65530-65536    | between 0 and 65535",
                "eth0:4-7,eth0:5     | Queue 5 of eth0 was named before",
                "eth0:4-7,eth0:6-9   | Queue 6 of eth0 was named before",
                "eth0:1              | Queue 1 of eth0 was named before"
            })
    void shouldRefuseOtherWordsAndTakeNothing(String text, String complaint) {
        config.interfaceQueue("eth0", 1);
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> config.interfaceQueues(text));
        assertTrue(refusal.getMessage().contains(complaint), refusal::getMessage);
        assertEquals("eth0 1", queues());
    }

    /** A container without a lease starts all the same, where zero copy is no must. */
    @Test
    void shouldCountAreaOfQueueInPages() {
        assertEquals(16384L * Native.pageSize(), new ZcrxIoHandlerConfig().queueAreaBytes());
        assertEquals(1 << 20, new ZcrxIoHandlerConfig().areaBytes(1 << 20).queueAreaBytes());
    }

    @Test
    void shouldCopyAndSayWhyWhereNoQueueIsOnLease() throws Exception {
        config.interfaceQueues("leased");
        assertEquals(0, config.interfaceQueueCount());
        try (EventLoops loops = new EventLoops(config)) {
            ZcrxMetrics metrics = loops.group.metrics().get(0);
            assertEquals(ZcrxMode.COPY, metrics.mode());
            assertTrue(metrics.modeReason().startsWith("No interface of this network has a queue of a NIC on lease."));
        }
        config.mode(ZcrxMode.ZERO_COPY);
        Throwable refusal = assertThrows(IllegalStateException.class, () -> new EventLoops(config));
        while (refusal.getCause() != null) {
            refusal = refusal.getCause();
        }
        assertTrue(refusal.getMessage().contains("Lease it one with ./zcrx lease"), refusal::getMessage);
    }

    private static final class EventLoops implements AutoCloseable {
        final ZcrxEventLoopGroup group;

        EventLoops(ZcrxIoHandlerConfig config) {
            group = new ZcrxEventLoopGroup(1, config);
        }

        @Override
        public void close() {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }
}
