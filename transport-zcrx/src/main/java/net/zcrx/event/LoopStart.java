// SPDX-License-Identifier: Apache-2.0
package net.zcrx.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

@Name("net.zcrx.LoopStart")
@Label("Loop Start")
@Description("An event loop starts; its thread is that of the event")
@Category("zcrx")
@StackTrace(false)
final class LoopStart extends Event {
    @Label("Loop")
    @Description("The number of the loop in its group, from 0")
    int loop;

    @Label("Mode")
    @Description("How the connections of the loop receive")
    String mode;

    @Label("Reason")
    @Description("Why the mode is not a better one; empty if it is the best")
    String reason;

    static void record(int loop, String mode, String reason) {
        LoopStart event = new LoopStart();
        if (event.isEnabled()) {
            event.loop = loop;
            event.mode = mode;
            event.reason = reason;
            event.commit();
        }
    }
}
