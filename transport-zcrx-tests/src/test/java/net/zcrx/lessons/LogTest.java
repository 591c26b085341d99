// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a group says of how it receives: a line, and one more for each loop that is an exception. */
class LogTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(ZcrxIoHandlerFactory.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void begin() {
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        logger.addAppender(log);
        log.start();
    }

    @AfterEach
    void end() {
        logger.detachAppender(log);
        logger.setAdditive(true);
        logger.setLevel(null);
    }

    private List<String> linesOf(int loops, ZcrxIoHandlerConfig config) {
        new ZcrxEventLoopGroup(loops, config.areaBytes(1 << 20))
                .shutdownGracefully(0, Loops.SECONDS, TimeUnit.SECONDS)
                .syncUninterruptibly();
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void shouldSayOnceHowLoopsReceive() {
        assertEquals(
                List.of("Event loops receive in mode COPY"), linesOf(3, new ZcrxIoHandlerConfig().mode(ZcrxMode.COPY)));
    }

    @Test
    void shouldNameLoopsThatReceiveOtherwise() {
        ZcrxIoHandlerConfig config =
                new ZcrxIoHandlerConfig().interfaceQueue("nosuch0", 0).interfaceQueue("nosuch1", 0);
        // The third has the same reason as the first.
        List<String> lines = linesOf(3, config);
        assertEquals(2, lines.size(), lines::toString);
        assertTrue(lines.get(0).startsWith("Event loops receive in mode COPY: "), lines::toString);
        assertTrue(lines.get(0).contains("nosuch0"), lines::toString);
        assertTrue(
                lines.get(1).startsWith("Event loop 1, unlike the first of its group, receives in mode COPY: "),
                lines::toString);
        assertTrue(lines.get(1).contains("nosuch1"), lines::toString);
    }
}
