// SPDX-License-Identifier: Apache-2.0
package net.zcrx.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

@Name("net.zcrx.CopyingOut")
@Label("Copying Out")
@Description("A loop copies what it receives out of its area, as the application holds too much of it")
@Category("zcrx")
@StackTrace(false)
final class CopyingOut extends Event {
    @Label("Held At Begin")
    @Description("Pages or chunks that the application held when copying out began")
    int heldAtBegin;

    @Label("Held At End")
    @Description("Pages or chunks that the application held when copying out ended")
    int heldAtEnd;

    @Label("Copied Out")
    @Description("Bytes that were copied out meanwhile")
    @DataAmount
    long copiedOut;

    static FlightRecorder.Span start(int held) {
        CopyingOut event = new CopyingOut();
        if (!event.isEnabled()) {
            return FlightRecorder.Span.NONE;
        }
        event.heldAtBegin = held;
        event.begin();
        return event::finish;
    }

    private void finish(int held, long bytes) {
        heldAtEnd = held;
        copiedOut = bytes;
        commit();
    }
}
