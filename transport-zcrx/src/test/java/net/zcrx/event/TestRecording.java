// SPDX-License-Identifier: Apache-2.0
package net.zcrx.event;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** Records one kind of event, from now on. */
public final class TestRecording implements AutoCloseable {
    private final String name;
    private final Recording recording = new Recording();

    /** @param name without the package */
    public TestRecording(String name) {
        this.name = "net.zcrx." + name;
        recording.enable(this.name);
        recording.start();
    }

    /** What was recorded, after which nothing more is. */
    public List<RecordedEvent> events() throws IOException {
        recording.stop();
        Path file = Files.createTempFile("zcrx", ".jfr");
        try {
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream()
                    .filter(event -> event.getEventType().getName().equals(name))
                    .toList();
        } finally {
            Files.delete(file);
        }
    }

    @Override
    public void close() {
        recording.close();
    }
}
