// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes come where the NIC puts them: all of them right, and by our, the kernel's and the NIC's word none copied. */
@Tag("vm")
class TransferTest {
    private static final long MIB = 1 << 20;

    /** 4148: a payload fills a page. */
    @ParameterizedTest
    @ValueSource(ints = {1500, 4148, 9000})
    void shouldReceiveByZeroCopyAtEachMtu(int mtu) throws Exception {
        Nic.up("--mtu", Integer.toString(mtu));
        shouldReceiveAllByZeroCopy(Nic.ADDRESS, 1, 12 * MIB);
        shouldReceiveAllByZeroCopy(Nic.ADDRESS_6, 4, 2 * MIB);
    }

    @Test
    void shouldReceiveManyConnectionsByZeroCopy() throws Exception {
        Nic.up();
        shouldReceiveAllByZeroCopy(Nic.ADDRESS, 24, MIB / 2);
    }

    @Test
    void shouldReceiveIntoLargeBuffers() throws Exception {
        Nic.up();
        int bufferBytes = 16 * 1024;
        Command.run("sysctl", "-qw", "vm.nr_hugepages=32");
        try {
            ZcrxIoHandlerConfig config =
                    Server.zeroCopy().areaBytes(Nic.pages(8192)).receiveBufferBytes(bufferBytes);
            shouldReceiveAllByZeroCopy(config, Nic.ADDRESS, 2, 8 * MIB);
        } finally {
            Command.run("sysctl", "-qw", "vm.nr_hugepages=0");
        }
    }

    private static void shouldReceiveAllByZeroCopy(String address, int connections, long bytes) throws Exception {
        shouldReceiveAllByZeroCopy(Server.zeroCopy(), address, connections, bytes);
    }

    private static void shouldReceiveAllByZeroCopy(
            ZcrxIoHandlerConfig config, String address, int connections, long bytes) throws Exception {
        long placedBefore = Nic.counter("iov_bytes");
        long linearBefore = Nic.counter("linear_bytes");
        try (Server<PatternReader> server = Server.start(config, Nic.PORT, PatternReader::new)) {
            transfer(server, address, connections, bytes);
            ZcrxMetrics metrics = server.settled();
            assertEquals(ZcrxMode.ZERO_COPY, metrics.mode());
            assertEquals("", metrics.modeReason());
            assertEquals(connections * bytes, metrics.zeroCopyBytes(), metrics::toString);
            assertEquals(0, metrics.copiedBytes(), metrics::toString);
            assertEquals(0, metrics.copiedOutBytes(), metrics::toString);
            for (PatternReader reader : server.readers()) {
                assertTrue(reader.zeroCopyBuffers.get() > 0);
            }
        }
        // What was sent again was placed again.
        long placed = Nic.counter("iov_bytes") - placedBefore;
        assertTrue(placed >= connections * bytes, () -> placed + " bytes in the area");
        assertEquals(linearBefore, Nic.counter("linear_bytes"));
    }

    private static void transfer(Server<PatternReader> server, String address, int connections, long bytes)
            throws Exception {
        List<Command> senders = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                senders.add(Nic.send(address, Nic.PORT, bytes, Integer.toString(1 + i % 16)));
            }
            PatternReader.allEndAfter(server.readers(connections), bytes);
            for (Command sender : senders) {
                sender.endsWell();
            }
        } finally {
            for (Command sender : senders) {
                sender.close();
            }
        }
    }

    /** Many pieces of all sizes, each in a packet of its own: pages hold several, and buffers join them. */
    @Test
    void shouldReceiveSmallMessages() throws Exception {
        Nic.up();
        long bytes = 400_000;
        try (Server<PatternReader> server = Server.start(Server.zeroCopy(), Nic.PORT, PatternReader::new);
                Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, bytes, "-n", "-r", "5", "300")) {
            sender.endsWell();
            server.reader().endsAfter(bytes);
            ZcrxMetrics metrics = server.settled();
            assertEquals(bytes, metrics.zeroCopyBytes(), metrics::toString);
            assertTrue(metrics.fragments() > 100, metrics::toString);
        }
    }

    /** A payload beside the headers is copied by the kernel, which counts nothing: only the NIC tells. */
    @Test
    void shouldReceivePayloadBesideTheHeaders() throws Exception {
        Nic.up();
        Nic.fault("hdr_extra=9999");
        long bytes = 2 * MIB;
        try (Server<PatternReader> server = Server.start(Server.zeroCopy(), Nic.PORT, PatternReader::new);
                Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, bytes)) {
            sender.endsWell();
            server.reader().endsAfter(bytes);
            server.settled();
            assertTrue(Nic.counter("linear_bytes") >= bytes);
        }
    }

    @Test
    void shouldReceiveWithoutDevice() throws Exception {
        long bytes = 8 * MIB;
        ZcrxIoHandlerConfig config = new ZcrxIoHandlerConfig().mode(ZcrxMode.KERNEL_COPY);
        try (Server<PatternReader> server = Server.start(config, Nic.PORT, PatternReader::new);
                Command sender = Nic.sendLocally(Nic.PORT, bytes)) {
            sender.endsWell();
            server.reader().endsAfter(bytes);
            ZcrxMetrics metrics = server.settled();
            assertEquals(ZcrxMode.KERNEL_COPY, metrics.mode());
            assertEquals(bytes, metrics.copiedBytes(), metrics::toString);
            assertEquals(0, metrics.zeroCopyBytes(), metrics::toString);
            assertEquals(0, server.reader().zeroCopyBuffers.get());
        }
    }
}
