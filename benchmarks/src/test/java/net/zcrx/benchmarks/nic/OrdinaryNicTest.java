// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.zcrx.benchmarks.Processes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A NIC that splits no headers: a veth pair between two network namespaces, each with one side of the command. */
@Timeout(300)
class OrdinaryNicTest {
    private static final String SERVER = "zcrx-nic-a-" + ProcessHandle.current().pid();
    private static final String CLIENT = "zcrx-nic-b-" + ProcessHandle.current().pid();
    private static final String NIC = "zcrxv0";
    private static final String PEER = "zcrxv1";

    @TempDir
    private Path directory;

    private final List<Process> started = new ArrayList<>();

    private static String ip(String arguments) throws IOException {
        return Processes.output(List.of(("ip " + arguments).split(" ")));
    }

    @BeforeEach
    void connect() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "network namespaces need root");
        ip("netns add " + SERVER);
        ip("netns add " + CLIENT);
        ip("-n " + SERVER + " link add " + NIC + " type veth peer name " + PEER + " netns " + CLIENT);
        ip("-n " + SERVER + " addr add 10.9.8.1/24 dev " + NIC);
        ip("-n " + CLIENT + " addr add 10.9.8.2/24 dev " + PEER);
        ip("-n " + SERVER + " link set lo up");
        ip("-n " + SERVER + " link set " + NIC + " up");
        ip("-n " + CLIENT + " link set " + PEER + " up");
    }

    @AfterEach
    void disconnect() throws IOException {
        started.forEach(Process::destroyForcibly);
        for (String namespace :
                ip("netns").lines().map(line -> line.split(" ")[0]).toList()) {
            if (namespace.equals(SERVER) || namespace.equals(CLIENT)) {
                ip("netns del " + namespace);
            }
        }
    }

    private Process start(String namespace, String... options) throws IOException {
        Process process = NicProgram.start(List.of("ip", "netns", "exec", namespace), options);
        started.add(process);
        return process;
    }

    private static void assertMtu(int mtu) throws IOException {
        String server = ip("-n " + SERVER + " -o link show " + NIC);
        assertTrue(server.contains("mtu " + mtu + ' '), server);
        String client = ip("-n " + CLIENT + " -o link show " + PEER);
        assertTrue(client.contains("mtu " + mtu + ' '), client);
    }

    @Test
    void shouldMeasureTheRestAndPutTheMtuBack() throws Exception {
        assertMtu(1500);
        Path json = directory.resolve("veth.json");
        List<String> options = new ArrayList<>(List.of("--interface", NIC + ":0", "--listen", "--json", "" + json));
        options.addAll(List.of("--mtus", "9000,70000", "--transports", "zcrx-copy,zcrx", "--rounds", "1"));
        options.addAll(List.of("--seconds", "0.3", "--warmup", "0.1", "--check-mib", "2"));
        Process server = start(SERVER, options.toArray(String[]::new));
        Process client = start(CLIENT, "--load", "10.9.8.1", "--port", NicProgram.port(server));
        String clientSaid = NicProgram.rest(client);
        String said = NicProgram.rest(server);
        assertEquals(0, client.exitValue(), clientSaid);
        assertEquals(0, server.exitValue(), said);
        assertTrue(said.contains("Zero copy is not measured"), said);
        assertTrue(said.contains("tcp-data-split"), said);
        assertTrue(said.contains("MTU 70000 is not measured"), said);
        NicResults results = NicResults.read(json);
        assertEquals(1, results.runs().size(), said);
        assertEquals("zcrx-copy", results.runs().get(0).transport());
        assertEquals(9000, results.runs().get(0).mtu());
        assertNull(results.runs().get(0).failure());
        assertEquals(1500, results.mtuBefore());
        assertTrue(results.doctor().toString().contains("header split"), said);
        assertMtu(1500);
    }

    /** Packets of this machine to itself pass no NIC. */
    @Test
    void shouldNotMeasureAClientOnTheSameMachine() throws Exception {
        Process server = start(
                SERVER,
                "--interface",
                NIC,
                "--listen",
                "--json",
                directory.resolve("x").toString());
        NicProgram.port(server);
        Process client = start(SERVER, "--load", "10.9.8.1");
        String clientSaid = NicProgram.rest(client);
        assertEquals(1, client.exitValue(), clientSaid);
        assertTrue(clientSaid.contains("never reaches " + NIC), clientSaid);
        assertEquals(1, server.waitFor());
    }

    @Test
    void shouldSayThatThereIsNoSuchQueue() throws Exception {
        Process server = start(
                SERVER,
                "--interface",
                NIC + ":99",
                "--listen",
                "--json",
                directory.resolve("x").toString());
        String said = NicProgram.rest(server);
        assertEquals(1, server.exitValue(), said);
        assertTrue(said.contains("has no receive queue 99"), said);
    }
}
