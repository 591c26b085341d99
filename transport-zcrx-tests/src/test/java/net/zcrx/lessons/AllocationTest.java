// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Receiving allocates nothing in steady state; measured in a child, as the leak detector of this JVM allocates. */
class AllocationTest {

    @Test
    void shouldNotAllocateForReceivedBuffers() throws Exception {
        try (Child child = new Child(List.of(), AllocationChild.class)) {
            for (String load : new String[] {"small", "bulk"}) {
                String[] measured = child.await(load).split(" of ");
                long bytes = Long.parseLong(measured[0]);
                long buffers = Long.parseLong(measured[1]);
                System.out.println("Allocated on the loop's thread, " + load + ": " + bytes + " bytes for " + buffers
                        + " received buffers");
                assertTrue(buffers >= 10_000, () -> "Only " + buffers + " buffers: this tests nothing.");
                assertTrue(bytes < buffers, () -> bytes + " bytes for " + buffers + " buffers");
            }
            for (String load : new String[] {"echo", "shared"}) {
                String[] echo = child.await(load).split(" of ");
                assertEquals(2, echo.length);
                System.out.println("Allocated on the loop's thread, " + load + ": " + echo[0] + " bytes for " + echo[1]
                        + " messages");
                // What Netty needs for a write that others may wait for.
                assertTrue(Long.parseLong(echo[0]) < 50 * Long.parseLong(echo[1]), load);
            }
        }
    }
}
