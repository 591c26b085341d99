// SPDX-License-Identifier: Apache-2.0
package net.zcrx.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.zcrx.nic.Child;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeaseTest {
    private static final String VETH = "ip link add v0 numrxqueues 4 numtxqueues 4 type veth peer name v1\n"
            + "ip link set v0 up\nip link set v1 up";
    private static final String[] TO_OTHER = {"--to", "1", "--address", "10.10.0.2", "--port", "8080"};

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --colour                                            | There is no option --colour.
            --dry-run                                           | Name a NIC and its queues, as eth0:4-5.
            eth0 --to pod --address 10.0.0.2 --port 1           | Name the queues, as eth0:4-5.
            eth0:1                                              | --to, --address and --port are needed.
            eth0:1 --to                                         | --to needs a value.
            eth0:1 eth1:2                                       | All queues of a lease are of one NIC.
            eth0:1,eth1:2                                       | All queues of a lease are of one NIC.
            eth0:2-1 --undo                                     | The queues must be numbers up to 65535, as 4, 4-7 or 4,6
            eth0:70000 --undo                                   | The queues must be numbers up to 65535, as 4, 4-7 or 4,6
            eth0:1,1 --undo                                     | The queues have 1 twice.
            eth0:1 --to pod --address pod --port 1              | --address takes an IP address, not "pod".
            eth0:1 --to pod --address 10.0.0.256 --port 1       | --address takes an IP address, not "10.0.0.256".
            eth0:1 --to pod --address 127.0.0.1 --port 1        | A container cannot have the address 127.0.0.1.
            eth0:1 --to pod --address :: --port 1               | A container cannot have the address ::.
            eth0:1 --to pod --address 10.0.0.2 --port 0         | Name a port from 1 to 65535
            eth0:1 --to pod --address 10.0.0.2 --port http      | --port must be numbers up to 65535
            eth0:1 --to pod --undo                              | --undo goes with NIC:QUEUES and --dry-run alone.
            """)
    void shouldExplainItselfOnWrongUsage(String arguments, String sentence) {
        assertEquals(2, run(arguments.split(" ")));
        assertTrue(error().startsWith("zcrx lease: ") && error().contains(sentence), error());
        assertTrue(error().contains("zcrx lease NIC:QUEUES --to TARGET"), error());
        assertEquals("", out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void shouldReadQueuesAndPorts() {
        LeaseOptions options =
                LeaseOptions.parse("eth0.100@x:1:4-6,9 --to pod --address fd00::2 --port 80,443".split(" "));
        assertEquals("eth0.100@x:1", options.interfaceName);
        assertEquals(List.of(4, 5, 6, 9), options.queues);
        assertEquals(List.of(80, 443), options.request().ports());
        assertEquals("fd00:0:0:0:0:0:0:2", options.request().address().getHostAddress());
        assertEquals(List.of(), LeaseOptions.parse(new String[] {"eth0", "--undo"}).queues);
    }

    @Test
    void shouldHelp() {
        assertEquals(0, run("--help"));
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("--dry-run"));
    }

    @Test
    void shouldSayThatNicIsMissing() {
        refused("There is no network interface no-such-nic", concat("no-such-nic:1", TO_OTHER));
        refused("zcrx lease has leased none of queues [1] of no-such-nic", "no-such-nic:1", "--undo");
        refused("zcrx lease has leased no queue of no-such-nic", "no-such-nic", "--undo", "--dry-run");
    }

    /** Before anything is changed, as root and in a namespace of its own. */
    @Test
    void shouldRefuseInterfaceThatIsNoNic() throws Exception {
        inNamespace("v0 has no receive queue 9: there are 4", "v0:9");
        inNamespace("The driver (veth) of v0 has no table of rules", "v0:1");
    }

    private static void inNamespace(String sentence, String queues) throws Exception {
        String lease = Child.java(Lease.class, concat(queues, TO_OTHER));
        Child.Result result = Child.shell(Child.inNetworkNamespace(VETH, lease));
        assertEquals(1, result.code(), result.output());
        assertTrue(result.output().contains("zcrx lease: " + sentence), result.output());
    }

    private void refused(String sentence, String... arguments) {
        assertEquals(1, run(arguments));
        assertTrue(error().startsWith("zcrx lease: " + sentence), error());
        assertEquals("", out.toString(StandardCharsets.UTF_8));
    }

    private static String[] concat(String first, String... others) {
        String[] all = new String[others.length + 1];
        all[0] = first;
        System.arraycopy(others, 0, all, 1, others.length);
        return all;
    }

    private int run(String... arguments) {
        out.reset();
        err.reset();
        return Lease.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String error() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
