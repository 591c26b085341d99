// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** As the kernel decides it. */
class MachineTest {
    @ParameterizedTest
    @CsvSource({
        "'', '', true",
        "0, -1, true",
        "1, -1, false",
        "1, 20, true",
        "1, 1000, true",
        "1, 2, false",
        "2, 20, false"
    })
    void shouldKnowWhoMayMakeRings(String disabled, String group, boolean may) {
        String status = "Name:\tjava\nGid:\t1000\t1000\t1000\t1000\nGroups:\t4 20 24 \nCapEff:\t0000000000000000\n";
        assertEquals(may, Machine.mayMakeRings(disabled, group, status));
    }

    @ParameterizedTest
    @CsvSource({"1, true", "2, false"})
    void shouldKnowWhoIsPrivileged(String disabled, boolean may) {
        assertEquals(may, Machine.mayMakeRings(disabled, "-1", "CapEff:\t000001ffffffffff\n"));
    }
}
