// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class SyscallCounterTest {
    @Test
    void shouldDivideByTheTimeThatPerfSays() throws IOException {
        String out = "     0.503522084,2802,,raw_syscalls:sys_enter,125686767,100.00,,\n";
        assertEquals(2802 / 0.503522084, SyscallCounter.perSecond(out), 1e-6);
    }

    @Test
    void shouldCountNothingOfAProcessThatSlept() throws IOException {
        assertEquals(0, SyscallCounter.perSecond("     0.050112,<not counted>,,raw_syscalls:sys_enter,0,100.00,,\n"));
    }

    @Test
    void shouldSayWhatPerfSays() {
        for (String out : new String[] {
            "event syntax error: 'raw_syscalls:sys_enter'\n  can't access trace events\n",
            "0.05,<not supported>,,raw_syscalls:sys_enter,0,100.00,,\n",
            ""
        }) {
            IOException error = assertThrows(IOException.class, () -> SyscallCounter.perSecond(out));
            assertTrue(error.getMessage().contains(out.lines().findFirst().orElse("nothing")), error.getMessage());
            assertTrue(error.getMessage().contains("needs root"), error.getMessage());
        }
    }
}
