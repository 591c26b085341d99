// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** What {@code ./zcrx bench pod} runs in the virtual machine. */
@Tag("vm")
class BenchPodTest {
    @Test
    @EnabledIfEnvironmentVariable(
            named = "ZCRX_FULL",
            matches = "1",
            disabledReason = "a full run only: it takes long in a virtual machine")
    void shouldMeasurePodBesideHostAndPutEverythingBack() throws Exception {
        String said = Command.run(
                "java",
                "-jar",
                "benchmarks/target/benchmarks.jar",
                "guest-pod",
                "--project=" + Path.of("").toAbsolutePath(),
                "--rounds=1",
                "--seconds=1",
                "--warmup=1");
        assertTrue(said.contains("CPU per GiB"), said);
        assertTrue(!said.contains("not measured"), said);
        Pod.awaitFreeQueue();
        assertEquals("", Command.run("ip", "netns", "list").replaceAll("(?m)^peer.*\\R?", ""));
    }
}
