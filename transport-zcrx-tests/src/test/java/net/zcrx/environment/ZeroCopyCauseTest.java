// SPDX-License-Identifier: Apache-2.0
package net.zcrx.environment;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.zcrx.Zcrx;
import org.junit.jupiter.api.Test;

/** The reasons against zero copy that a machine without a NIC for it can show. */
class ZeroCopyCauseTest {
    @Test
    void shouldTellThatThereIsNoSuchInterface() {
        assertTrue(sentence("nosuch0").contains("nosuch0"), sentence("nosuch0"));
    }

    @Test
    void shouldTellThatLoopbackCannotDoIt() {
        assertFalse(sentence("lo").isEmpty());
    }

    private static String sentence(String interfaceName) {
        Throwable cause = Zcrx.zeroCopyCause(interfaceName, 1);
        assertNotNull(cause, "Nothing speaks against zero copy on " + interfaceName);
        return cause.getMessage();
    }
}
