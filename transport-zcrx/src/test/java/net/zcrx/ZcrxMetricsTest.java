// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.TreeMap;
import net.zcrx.receive.Counters.Counter;
import org.junit.jupiter.api.Test;

class ZcrxMetricsTest {
    private static final int FIRST = 1000;

    /** Each value is another one, so that no two can be mistaken for each other. */
    private static ZcrxMetrics metrics(String reason) {
        return ZcrxMetrics.of(ZcrxMode.COPY, reason, false, counter -> FIRST + counter.ordinal());
    }

    @Test
    void shouldHaveOneAccessorForEachCounter() throws Exception {
        ZcrxMetrics metrics = metrics("none");
        Map<String, Object> accessors = new TreeMap<>();
        for (Method method : ZcrxMetrics.class.getMethods()) {
            if (method.getReturnType() == long.class && method.getParameterCount() == 0) {
                accessors.put(method.getName(), method.invoke(metrics));
            }
        }
        Map<String, Object> counters = new TreeMap<>();
        for (Counter counter : Counter.values()) {
            counters.put(camelCase(counter.name()), (long) FIRST + counter.ordinal());
        }
        assertEquals(counters, accessors);
    }

    @Test
    void shouldTellAllThatItHas() {
        StringBuilder expected = new StringBuilder("ZcrxMetrics[mode=COPY, modeReason=none, ended=false");
        for (Counter counter : Counter.values()) {
            expected.append(", ").append(camelCase(counter.name())).append('=').append(FIRST + counter.ordinal());
        }
        assertEquals(expected + "]", metrics("none").toString());
    }

    @Test
    void shouldEqualOneWithTheSameValues() {
        assertEquals(metrics("none"), metrics("none"));
        assertEquals(metrics("none").hashCode(), metrics("none").hashCode());
        assertNotEquals(metrics("none"), metrics("another"));
        assertNotEquals(metrics("none"), ZcrxMetrics.of(ZcrxMode.KERNEL_COPY, "none", false, c -> FIRST + c.ordinal()));
        assertNotEquals(metrics("none"), ZcrxMetrics.of(ZcrxMode.COPY, "none", true, c -> FIRST + c.ordinal()));
        for (Counter counter : Counter.values()) {
            assertNotEquals(
                    metrics("none"),
                    ZcrxMetrics.of(ZcrxMode.COPY, "none", false, c -> c == counter ? 0 : FIRST + c.ordinal()),
                    counter.name());
        }
    }

    private static String camelCase(String name) {
        StringBuilder result = new StringBuilder();
        boolean upper = false;
        for (char c : name.toCharArray()) {
            if (c != '_') {
                result.append(upper ? c : Character.toLowerCase(c));
            }
            upper = c == '_';
        }
        return result.toString();
    }
}
