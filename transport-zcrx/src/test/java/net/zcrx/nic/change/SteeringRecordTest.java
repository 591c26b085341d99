// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import net.zcrx.nic.FlowRule;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SteeringRecordTest {
    private final List<FlowRule> rules =
            List.of(new FlowRule(false, null, 8000, 1, 0), new FlowRule(true, null, 8000, 1, 0));

    @TempDir
    Path path;

    private StateDirectory directory;

    @BeforeEach
    void useTemporaryDirectory() {
        directory = new StateDirectory(path);
    }

    @Test
    void shouldReadWhatWasWritten() throws IOException {
        SteeringRecord written = SteeringRecord.write(directory, "zcnic0", List.of(1, 2), rules);
        assertEquals(List.of(written), SteeringRecord.readAll(directory, "zcnic0"));
        assertEquals(List.of(), SteeringRecord.readAll(directory, "zcnic1"));
        assertFalse(written.owner().isGone());
        written.delete();
        assertEquals(List.of(), SteeringRecord.readAll(directory, "zcnic0"));
    }

    @Test
    void shouldReadRecordWithoutRules() throws IOException {
        SteeringRecord written = SteeringRecord.write(directory, "zcnic0", List.of(1), List.of());
        assertEquals(List.of(written), SteeringRecord.readAll(directory, "zcnic0"));
    }

    @Test
    void shouldDropRecordThatCrashCutShort() throws IOException {
        Path empty = directory.create("steering-");
        Path cut = Files.writeString(directory.create("steering-"), "interface=zcnic0\nqueues=1\nrules=flow-type tc");
        Path strange = Files.writeString(directory.create("steering-"), "interface=zcnic0\nqueues=x\nrules=");
        assertEquals(List.of(), SteeringRecord.readAll(directory, "zcnic0"));
        assertFalse(Files.exists(empty));
        assertFalse(Files.exists(cut));
        assertFalse(Files.exists(strange));
    }

    @Test
    void shouldIgnoreRecordOfOtherNetworkNamespace() throws IOException {
        SteeringRecord written = SteeringRecord.write(directory, "zcnic0", List.of(1), rules);
        Properties properties = StateDirectory.read(written.file());
        properties.setProperty("networkNamespace", "net:[1]");
        StateDirectory.write(written.file(), properties);
        assertEquals(List.of(), SteeringRecord.readAll(directory, "zcnic0"));
        assertTrue(Files.exists(written.file()));
    }

    @Test
    void shouldKnowThatOwnerIsGone() throws Exception {
        OwnerProcess current = OwnerProcess.current();
        assertFalse(current.isGone());
        assertTrue(new OwnerProcess("another boot", current.pidNamespace(), current.pid(), current.start()).isGone());
        assertTrue(
                new OwnerProcess(current.boot(), current.pidNamespace(), current.pid(), "1").isGone(),
                "number used again");
        Process child = new ProcessBuilder("true").start();
        assertTrue(child.waitFor(10, TimeUnit.SECONDS));
        assertTrue(new OwnerProcess(current.boot(), current.pidNamespace(), child.pid(), current.start()).isGone());
    }

    @Test
    void shouldNotCallOwnerGoneThatCannotBeSeen() throws IOException {
        OwnerProcess current = OwnerProcess.current();
        assertFalse(new OwnerProcess(current.boot(), "pid:[1]", 1, "1").isGone());
    }

    @Test
    void shouldTellProcessesApart() throws Exception {
        Process child = new ProcessBuilder("cat").start();
        Properties properties = new Properties();
        OwnerProcess.current().writeTo(properties);
        assertEquals(OwnerProcess.current(), OwnerProcess.from(properties));
        assertNotEquals(child.pid(), OwnerProcess.from(properties).pid());
        child.destroy();
        assertTrue(child.waitFor(10, TimeUnit.SECONDS));
    }
}
