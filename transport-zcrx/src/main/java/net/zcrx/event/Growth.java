// SPDX-License-Identifier: Apache-2.0
package net.zcrx.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

@Name("net.zcrx.Growth")
@Label("Growth")
@Description("A queue got one more area, as the application held too many pages or the NIC found none")
@Category("zcrx")
@StackTrace(false)
final class Growth extends Event {
    @Label("Areas")
    @Description("Areas of the queue now")
    int areas;

    @Label("Area Bytes")
    @Description("Bytes of all areas of the queue now")
    @DataAmount
    long areaBytes;

    static void record(int areas, long bytes) {
        Growth event = new Growth();
        if (event.isEnabled()) {
            event.areas = areas;
            event.areaBytes = bytes;
            event.commit();
        }
    }
}
