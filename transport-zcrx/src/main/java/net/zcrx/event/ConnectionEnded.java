// SPDX-License-Identifier: Apache-2.0
package net.zcrx.event;

import io.netty.channel.unix.Socket;
import java.util.function.LongSupplier;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

@Name("net.zcrx.ConnectionEnded")
@Label("Connection Ended")
@Description("A connection was ended, for it held most of a queue's memory with data that came out of order")
@Category("zcrx")
@StackTrace(false)
final class ConnectionEnded extends Event {
    @Label("Local Address")
    String localAddress;

    @Label("Remote Address")
    String remoteAddress;

    @Label("Held")
    @Description("Bytes that the connection held")
    @DataAmount
    long held;

    static void record(Socket socket, LongSupplier bytes) {
        ConnectionEnded event = new ConnectionEnded();
        if (event.isEnabled()) {
            event.localAddress = String.valueOf(socket.localAddress());
            event.remoteAddress = String.valueOf(socket.remoteAddress());
            event.held = bytes.getAsLong();
            event.commit();
        }
    }
}
