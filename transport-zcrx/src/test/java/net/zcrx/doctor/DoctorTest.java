// SPDX-License-Identifier: Apache-2.0
package net.zcrx.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.zcrx.nic.Child;
import net.zcrx.nic.check.Requirement;
import org.junit.jupiter.api.Test;

class DoctorTest {
    private static final String VETH = "ip link add v0 numrxqueues 4 numtxqueues 4 type veth peer name v1\n"
            + "ip link set v0 up\nip link set v1 up";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void shouldExplainItselfOnWrongUsage() {
        wrong("There is no option --colour.", "--colour");
        wrong("--queue takes the number of a queue, not \"\".", "lo", "--queue");
        wrong("--queue takes the number of a queue, not \"-1\".", "--queue", "-1");
        wrong("--queue takes the number of a queue, not \"x\".", "--queue", "x");
        wrong("One interface at a time: lo or eth9.", "lo", "eth9");
        wrong("--fix and --undo exclude each other.", "--fix", "--undo");
    }

    private void wrong(String sentence, String... arguments) {
        assertEquals(2, run(arguments));
        assertTrue(error().startsWith("zcrx doctor: " + sentence), error());
        assertTrue(error().contains("zcrx doctor [INTERFACE] [OPTIONS]"), error());
        assertEquals("", output());
    }

    @Test
    void shouldHelp() {
        assertEquals(0, run("--help"));
        assertTrue(output().contains("--undo"), output());
        assertEquals("", error());
    }

    @Test
    void shouldFindLoopbackGoodForCopyModeOnly() {
        assertEquals(1, run("lo"));
        assertTrue(output().contains("ok       transport"), output());
        assertTrue(output().contains("MISSING  header split"), output());
        assertTrue(output().endsWith("Only copy mode can be used." + System.lineSeparator()), output());
    }

    @Test
    void shouldSayThatInterfaceIsMissing() {
        assertEquals(1, run("no-such-nic"));
        assertTrue(output().contains("MISSING  interface        There is no network interface no-such-nic"), output());
        assertEquals(1, run("a-name-that-is-too-long"));
        assertTrue(output().contains("is no name of a network"), output());
    }

    @Test
    void shouldSayThatQueueIsMissing() {
        assertEquals(1, run("lo", "--queue", "7"));
        assertTrue(output().contains("MISSING  queue            lo has no receive queue 7"), output());
    }

    @Test
    void shouldChangeNothingWhereNothingCanBeChanged() throws Exception {
        String fix = Child.java(Doctor.class, "v0", "--queue", "1", "--fix");
        Child.Result result = Child.shell(Child.inNetworkNamespace(VETH, fix));
        assertEquals(1, result.code(), result.output());
        assertTrue(result.output().contains("FAILED: The driver (veth) of v0 cannot put payload"), result.output());
        assertFalse(result.output().contains("done:"), result.output());
        assertTrue(result.output().contains("v0 has receive queue 1 (of 4)."), result.output());
        assertTrue(result.output().contains("v0 (veth) is up."), result.output());
    }

    @Test
    void shouldUndoNothingWhereNothingWasChanged() throws Exception {
        String undo = Child.java(Doctor.class, "v0", "--undo", "--json");
        Child.Result result = Child.shell(Child.inNetworkNamespace(VETH, undo));
        assertEquals(1, result.code(), result.output());
        assertTrue(result.output().contains("\"changes\": [],"), result.output());
        assertTrue(result.output().contains("\"failure\": null,"), result.output());
        assertTrue(result.output().contains("\"interface\": \"v0\""), result.output());
    }

    @Test
    void shouldSayThatInterfaceIsDown() throws Exception {
        String doctor = Child.java(Doctor.class, "v0");
        Child.Result result = Child.shell(Child.inNetworkNamespace("ip link add v0 type veth peer name v1", doctor));
        assertTrue(result.output().contains("advice   interface        v0 (veth) is down."), result.output());
        assertTrue(result.output().contains("-> sudo ip link set v0 up"), result.output());
    }

    @Test
    void shouldFindNoNic() throws Exception {
        Child.Result result = Child.shell(Child.inNetworkNamespace("", Child.java(Doctor.class)));
        assertEquals(1, result.code(), result.output());
        assertTrue(result.output().contains("This machine has no NIC."), result.output());
    }

    @Test
    void shouldWorkWithoutCapabilities() throws Exception {
        Child.assumeAllowed("giving up of capabilities", "setpriv --bounding-set=-all --inh-caps=-all");
        Child.Result result = Child.shell("setpriv --bounding-set=-all --inh-caps=-all " + "prlimit --memlock=4194304 "
                + Child.java(Doctor.class, "lo"));
        assertEquals(1, result.code(), result.output());
        assertTrue(result.output().contains("MISSING  CAP_NET_ADMIN    This process lacks"), result.output());
        assertTrue(result.output().contains("MISSING  memory lock      This process may lock 4 MiB"), result.output());
        assertTrue(result.output().contains("-> sudo prlimit --pid $$ --memlock=unlimited"), result.output());
        assertTrue(result.output().contains("ok       queue            lo has receive queue 0"), result.output());
    }

    @Test
    void shouldNotCountCapabilityOfOtherUserNamespace() throws Exception {
        Child.assumeAllowed("user namespaces", "unshare --map-root-user");
        Child.Result result = Child.shell("unshare --map-root-user " + Child.java(Doctor.class, "lo"));
        assertEquals(1, result.code(), result.output());
        assertTrue(result.output().contains("own user namespace does not count"), result.output());
    }

    @Test
    void shouldSayThatTransportIsUnavailable() throws Exception {
        Child.Result result = Child.shell(
                Child.java(Doctor.class, "lo").replaceFirst("'-cp'", "'-Dio.netty.transport.noNative=true' '-cp'"));
        assertEquals(3, result.code(), result.output());
        assertTrue(result.output().contains("MISSING  transport        Native transports were switched off"));
        assertTrue(result.output().contains("The transport cannot be used."), result.output());
    }

    @Test
    void shouldQuoteJson() {
        Requirement requirement =
                new Requirement("a \"name\"", Requirement.Status.UNKNOWN, false, "back\\slash\nline", "");
        String json = new DoctorReport("", -1, "?", List.of("x"), "no", List.of(requirement)).json();
        assertTrue(
                json.contains("{\"name\": \"a \\\"name\\\"\", \"status\": \"unknown\", \"needed\": false, \"text\": "
                        + "\"back\\\\slash\\u000aline\", \"command\": null}"),
                json);
        assertTrue(json.contains("\"interface\": null"), json);
        assertTrue(json.contains("\"failure\": \"no\""), json);
    }

    private int run(String... arguments) {
        out.reset();
        err.reset();
        return Doctor.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String error() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
