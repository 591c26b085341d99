// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import org.junit.jupiter.api.Test;

class ErrnoTest {
    @Test
    void shouldNameEachNumber() throws IllegalAccessException {
        for (Field field : Errno.class.getDeclaredFields()) {
            if (Modifier.isPublic(field.getModifiers())) {
                int errno = field.getInt(null);
                assertEquals("errno " + errno + ", " + field.getName(), Errno.describe(errno));
            }
        }
    }

    @Test
    void shouldGiveNumberThatHasNoName() {
        assertEquals("errno 3", Errno.describe(3));
    }
}
