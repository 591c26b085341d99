// SPDX-License-Identifier: Apache-2.0
package net.zcrx.availability;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NettyVersionsTest {
    @ParameterizedTest
    @CsvSource({
        "4.1.135.Final, true",
        "4.2.0.RC4, true",
        "4.2.13.Final, true",
        "4.2.14.Final, false",
        "4.2.14.Final-SNAPSHOT, false",
        "4.2.100.Final, false",
        "5.0.0.Alpha5, false",
        "unknown, false",
    })
    void shouldTellVersionsThatAreTooOld(String version, boolean isTooOld) {
        assertEquals(isTooOld, NettyVersions.isTooOld(version));
    }
}
