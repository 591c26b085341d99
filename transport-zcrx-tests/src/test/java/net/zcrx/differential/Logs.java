// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.LoggerFactory;

/** Keeps what is logged, instead of the log's other targets, until it is closed. */
final class Logs extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final List<Appender<ILoggingEvent>> others = new ArrayList<>();
    private final Set<String> messages = new TreeSet<>();

    Logs() {
        for (Iterator<Appender<ILoggingEvent>> all = root.iteratorForAppenders(); all.hasNext(); ) {
            others.add(all.next());
        }
        // Not closed, as detachAppender leaves them started.
        others.forEach(root::detachAppender);
        setContext(root.getLoggerContext());
        start();
        root.addAppender(this);
    }

    /** A message without what is another each time: channels, addresses, numbers, and the transport's name. */
    @Override
    protected void append(ILoggingEvent event) {
        String message = event.getFormattedMessage();
        if (message.startsWith("LEAK:")) {
            // It comes with the garbage collector, of any sequence before. Lost buffers are counted, and the run as a
            // whole is judged by its leaks.
            return;
        }
        int end = message.indexOf('\n');
        String line = (end < 0 ? message : message.substring(0, end))
                .replaceAll("\\[id: [^\\]]*\\]", "[channel]")
                .replaceAll("(Epoll|Zcrx)", "")
                .replaceAll("(0x)?[0-9a-f]*[0-9][0-9a-f]*", "N");
        String thrown = event.getThrowableProxy() == null
                ? ""
                : " " + event.getThrowableProxy().getClassName() + ": "
                        + event.getThrowableProxy().getMessage();
        synchronized (messages) {
            messages.add(event.getLevel() + " " + line + thrown.replaceAll("[0-9]+", "N"));
        }
    }

    /** What was logged since the last call, once each. */
    Set<String> take() {
        synchronized (messages) {
            Set<String> taken = new TreeSet<>(messages);
            messages.clear();
            return taken;
        }
    }

    @Override
    public void close() {
        root.detachAppender(this);
        stop();
        others.forEach(root::addAppender);
    }
}
