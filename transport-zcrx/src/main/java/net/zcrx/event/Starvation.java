// SPDX-License-Identifier: Apache-2.0
package net.zcrx.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

@Name("net.zcrx.Starvation")
@Label("Starvation")
@Description("The kernel reported that the NIC found no free page")
@Category("zcrx")
@StackTrace(false)
final class Starvation extends Event {
    @Label("Held Pages")
    @Description("Pages that the application holds, of what the loop received by the queue")
    int heldPages;

    static void record(int heldPages) {
        Starvation event = new Starvation();
        if (event.isEnabled()) {
            event.heldPages = heldPages;
            event.commit();
        }
    }
}
