// SPDX-License-Identifier: Apache-2.0
package net.zcrx.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;

class FlightRecorderTest {
    @Test
    void shouldRecordGrowth() throws IOException {
        try (TestRecording recording = new TestRecording("Growth")) {
            FlightRecorder.grows(2, 1 << 20);
            RecordedEvent event = recording.events().get(0);
            assertEquals(2, event.getInt("areas"));
            assertEquals(1 << 20, event.getLong("areaBytes"));
        }
    }

    @Test
    void shouldRecordSpan() throws IOException {
        try (TestRecording recording = new TestRecording("CopyingOut")) {
            FlightRecorder.Span span = FlightRecorder.copyingOutBegins(7);
            span.end(3, 100);
            RecordedEvent event = recording.events().get(0);
            assertEquals(7, event.getInt("heldAtBegin"));
            assertEquals(3, event.getInt("heldAtEnd"));
            assertEquals(100, event.getLong("copiedOut"));
            assertFalse(event.getDuration().isNegative());
            assertEquals(Thread.currentThread().getName(), event.getThread().getJavaName());
        }
    }

    @Test
    void shouldDoNothingWhereNobodyRecords() {
        assertSame(FlightRecorder.Span.NONE, FlightRecorder.copyingOutBegins(7));
        FlightRecorder.connectionEnds(null, () -> {
            throw new AssertionError("Nobody wants to know.");
        });
    }
}
