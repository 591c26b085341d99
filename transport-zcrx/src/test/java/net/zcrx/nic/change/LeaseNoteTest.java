// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.zcrx.nic.FlowRule;
import net.zcrx.nic.NicException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseNoteTest {
    private static final NetworkNamespace POD = new NetworkNamespace(Path.of("/run/netns/pod"), "4:4026532320");

    @TempDir
    Path path;

    private LeaseNote begin(String address, Integer... queues) throws Exception {
        return LeaseNote.begin(
                new StateDirectory(path),
                new LeaseRequest("zcnic0", List.of(queues), "pod", InetAddress.getByName(address), List.of(80, 443)),
                POD);
    }

    @Test
    void shouldReadWhatItWrote() throws Exception {
        LeaseNote note = begin("10.10.0.2", 1, 2);
        note.before.put("SPLIT", "OFF");
        note.context = 3;
        note.write();
        LeaseNote read = LeaseNote.readAll(new StateDirectory(path)).get(0);
        assertEquals(note.toString(), read.toString());
        assertEquals("queues [1, 2] of zcnic0, as zcrx0 in /run/netns/pod", read.toString());
        assertEquals(Map.of("SPLIT", "OFF"), read.before);
        assertEquals(3, read.context);
        assertEquals(POD, read.namespace);
        assertEquals(note.flows(), read.flows());
        assertEquals("10.10.0.2/32", read.route());
        assertEquals("fd00:0:0:0:0:0:0:2/128", begin("fd00::2", 1).route());
    }

    @Test
    void shouldTakeFreeNumberAndLaterPlace() throws Exception {
        LeaseNote first = begin("10.10.0.2", 1);
        first.write();
        LeaseNote second = begin("10.10.0.3", 2);
        second.write();
        assertEquals(List.of("zcrx0", "zcrx1"), List.of(first.netkit(), second.netkit()));
        first.delete();
        LeaseNote third = begin("10.10.0.4", 3);
        assertEquals("zcrx0", third.netkit());
        assertTrue(third.order > second.order && second.order > first.order);
    }

    @Test
    void shouldKnowItsRules() throws Exception {
        LeaseNote note = begin("10.10.0.2", 1, 2);
        FlowRule flow = note.flows().get(0);
        assertTrue(note.owns(flow.onto(2, 0)));
        assertFalse(note.owns(flow.onto(3, 0)), "a queue of others");
        assertFalse(note.owns(flow.onto(0, 7)), "a context of others");
        assertFalse(note.owns(new FlowRule(false, null, 80, 1, 0)), "other packets");
        assertFalse(note.owns(null));
        note.context = 7;
        assertTrue(note.owns(flow.onto(0, 7)));
    }

    @Test
    void shouldEndAsAWhole() throws Exception {
        LeaseNote note = begin("10.10.0.2", 1, 2);
        note.requireAll(List.of(1, 2, 3));
        NicException refusal = assertThrows(NicException.class, () -> note.requireAll(List.of(2)));
        assertEquals(
                "Queues [1, 2] of zcnic0 were leased together and end together: name all of them.",
                refusal.getMessage());
    }

    @Test
    void shouldForgetLeasesOfAnEarlierBoot() throws Exception {
        LeaseNote note = begin("10.10.0.2", 1);
        note.write();
        Files.writeString(note.file, Files.readString(note.file).replaceFirst("boot=.*", "boot=earlier"));
        assertEquals(List.of(), LeaseNote.readAll(new StateDirectory(path)));
        assertFalse(Files.exists(note.file));
    }
}
