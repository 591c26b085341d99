// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.handler.codec.DateFormatter;
import java.util.Date;

/** The value of the Date header, which every response carries: formatted once per second. */
final class HttpDate {
    private record Second(long epochSecond, String text) {}

    /** Loops race to replace it; each writes a right value, so which of them wins does not matter. */
    private static volatile Second current = new Second(-1, "");

    private HttpDate() {}

    static String now() {
        long millis = System.currentTimeMillis();
        Second second = current;
        if (second.epochSecond != millis / 1000) {
            second = new Second(millis / 1000, DateFormatter.format(new Date(millis)));
            current = second;
        }
        return second.text;
    }
}
