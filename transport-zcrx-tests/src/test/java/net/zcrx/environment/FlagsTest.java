// SPDX-License-Identifier: Apache-2.0
package net.zcrx.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What whoever starts the JVM can set. */
class FlagsTest {
    private static final List<String> AS_IT_IS = List.of();

    /** Were the kernel asked, the process would be ended. */
    @Test
    void shouldAskKernelNothingWhereSwitchedOff(@TempDir Path directory) throws IOException, InterruptedException {
        List<String> kill = DenyIoUring.compile(directory).command("setup", "kill");
        Probe probe = Probe.run(kill, Probe.onClassPath(Probe.classPath(), "-Dnet.zcrx.enabled=false"));
        probe.assertUnavailable("switched off by -Dnet.zcrx.enabled=false", "Remove it");
    }

    @Test
    void shouldTakeSizeAndMode() throws IOException, InterruptedException {
        Probe probe = run("-Dnet.zcrx.areaBytes=3145728", "-Dnet.zcrx.mode=copy");
        probe.assertWorksInCopyMode();
        assertEquals("3145728", probe.said().get("area"), probe::toString);
        assertEquals("", probe.said().get("reason"), probe::toString);
    }

    @Test
    void shouldLeaveSizeAndModeAlone() throws IOException, InterruptedException {
        Probe probe = run("-Dnet.zcrx.enabled=true");
        probe.assertWorksInCopyMode();
        assertTrue(!"3145728".equals(probe.said().get("area")), probe::toString);
        assertEquals(
                "no interface queue is configured for zero copy", probe.said().get("reason"), probe::toString);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            net.zcrx.enabled=no           | true or false
            net.zcrx.enabled=             | true or false
            net.zcrx.mode=FAST            | one of AUTO, ZERO_COPY, COPY, KERNEL_COPY
            net.zcrx.mode=                | one of AUTO, ZERO_COPY, COPY, KERNEL_COPY
            net.zcrx.areaBytes=8m         | a number of bytes from 1048576 to 1073741824
            net.zcrx.areaBytes=0          | a number of bytes from 1048576 to 1073741824
            net.zcrx.areaBytes=-1         | a number of bytes from 1048576 to 1073741824
            net.zcrx.areaBytes=1073741825 | a number of bytes from 1048576 to 1073741824
            """)
    void shouldNameRangeOfWrongValue(String flag, String range) throws IOException, InterruptedException {
        run("-D" + flag).assertUnavailable("-D" + flag + " is wrong: it must be " + range + ".");
    }

    private static Probe run(String... flags) throws IOException, InterruptedException {
        return Probe.run(AS_IT_IS, Probe.onClassPath(Probe.classPath(), flags));
    }
}
