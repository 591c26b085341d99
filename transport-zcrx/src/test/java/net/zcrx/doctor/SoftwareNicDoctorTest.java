// SPDX-License-Identifier: Apache-2.0
package net.zcrx.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.NicSnapshot;
import net.zcrx.nic.SoftwareNic;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The doctor with a NIC that it can cure. */
@Tag("vm")
@Timeout(120)
class SoftwareNicDoctorTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void shouldCureNicAndUndoIt() throws Exception {
        SoftwareNic.up("--no-split", "--no-rss", "--hds-thresh", "10");
        NicSnapshot before = NicInspector.inspect("zcnic0");
        assertEquals(1, run(), this::output);
        said("zcrx doctor: zcnic0, queue 3");
        said("-> sudo ethtool -G zcnic0 tcp-data-split on");
        said("-> sudo ethtool -G zcnic0 hds-thresh 0");
        said("-> sudo ethtool -X zcnic0 weight 1 1 1 0");

        assertEquals(0, run("zcnic0", "--queue", "2", "--fix"), this::output);
        said("done: ethtool -G zcnic0 tcp-data-split on");
        said("ok       driver           zcnic bound queue 2 for a moment");
        said("Zero copy can be used.");
        assertEquals(0, run(), this::output);
        said("zcrx doctor: zcnic0, queue 2");

        assertEquals(1, run("zcnic0", "--undo", "--json"), this::output);
        said("\"ethtool -G zcnic0 tcp-data-split off\"");
        assertEquals(before, NicInspector.inspect("zcnic0"));
    }

    @Test
    void shouldNotTryQueueThatTrafficComesBy() throws Exception {
        SoftwareNic.up("--rule", "8000:1");
        assertEquals(0, run("zcnic0", "--queue", "1"), this::output);
        said("unknown  driver           Whether the driver lets a queue be bound was not tried, as traffic arrives"
                + " on queue 1.");
        said("Rules send to queue 1: rule 0 (flow-type tcp4 dst-port 8000 action 1)");
    }

    @Test
    void shouldFailWhereNicCannotBeCured() throws Exception {
        SoftwareNic.up("--queues", "1");
        assertEquals(1, run("zcnic0", "--queue", "0", "--fix"), this::output);
        said("FAILED: No queue of zcnic0 would be left for other traffic than that of queues [0].");
    }

    private int run(String... arguments) {
        out.reset();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        return Doctor.run(arguments, stream, stream);
    }

    private void said(String text) {
        assertTrue(output().replaceAll("\n +(?=[a-z8(])", " ").contains(text), this::output);
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
