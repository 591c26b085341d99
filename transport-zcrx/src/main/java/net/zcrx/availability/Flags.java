// SPDX-License-Identifier: Apache-2.0
package net.zcrx.availability;

import io.netty.util.internal.SystemPropertyUtil;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * System properties of this transport. Each is the default of a setting that the application can make itself. They are
 * read anew each time, on any thread.
 */
public final class Flags {
    /** {@code false} makes the transport unavailable, and the kernel is asked nothing. */
    public static final String ENABLED = "net.zcrx.enabled";

    /** The mode of event loops: the name of a {@code ZcrxMode}, in letters of either case. */
    public static final String MODE = "net.zcrx.mode";

    /** The size of an event loop's area, in bytes. */
    public static final String AREA_BYTES = "net.zcrx.areaBytes";

    private Flags() {}

    /** @throws WrongValueException if it is neither true nor false */
    static boolean isEnabled() {
        String value = SystemPropertyUtil.get(ENABLED, "true");
        if (!value.equals("true") && !value.equals("false")) {
            throw wrong(ENABLED, value, "true or false");
        }
        return value.equals("true");
    }

    /**
     * @param all that there are; to ask the class for them would be reflection, which a native image must know of
     * @throws WrongValueException if none of them has that name
     */
    public static <E extends Enum<E>> E mode(E[] all, E otherwise) {
        String value = SystemPropertyUtil.get(MODE, otherwise.name());
        return Arrays.stream(all)
                .filter(mode -> mode.name().equals(value.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> wrong(
                        MODE,
                        value,
                        "one of " + Arrays.stream(all).map(Enum::name).collect(Collectors.joining(", "))));
    }

    /**
     * Returns 0 if it is not set.
     *
     * @throws WrongValueException if it is no number in this range
     */
    public static long areaBytes(long min, long max) {
        String value = SystemPropertyUtil.get(AREA_BYTES, "0");
        boolean isNumber = value.matches("\\d{1,18}");
        long bytes = isNumber ? Long.parseLong(value) : -1;
        if (SystemPropertyUtil.contains(AREA_BYTES) && (bytes < min || bytes > max)) {
            throw wrong(AREA_BYTES, value, "a number of bytes from " + min + " to " + max);
        }
        return bytes;
    }

    private static WrongValueException wrong(String name, String value, String range) {
        return new WrongValueException("-D" + name + "=" + value + " is wrong: it must be " + range + ".");
    }

    /** The value of a flag is out of its range; the message is a sentence that says which are in it. */
    public static final class WrongValueException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        WrongValueException(String sentence) {
            super(sentence);
        }
    }
}
