// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import net.zcrx.benchmarks.Machine;
import net.zcrx.benchmarks.Undoing;

/** The side that sends: it carries out the server's orders, until the server says that it has finished. */
final class NicClient {
    private static final int CONNECT_MILLISECONDS = 5_000;
    private static final long RETRY_NANOSECONDS = TimeUnit.MILLISECONDS.toNanos(200);
    /** The longest that a server has nothing to say: it waits for a server process that does not start. */
    private static final int SILENCE_SECONDS = 600;

    private static final int TRANSFER_SECONDS = 60;
    /** The largest MTU: no NIC has more. */
    private static final int MAX_MTU = 65_536;

    private final InetSocketAddress server;
    private final int waitSeconds;
    private final String loadCpus;
    private final PrintStream out;
    private final PrintStream progress;

    /** @param loadCpus processors of the load generator, as taskset takes them; empty for any */
    NicClient(InetSocketAddress server, int waitSeconds, String loadCpus, PrintStream out, PrintStream progress) {
        this.server = server;
        this.waitSeconds = waitSeconds;
        this.loadCpus = loadCpus;
        this.out = out;
        this.progress = progress;
    }

    /**
     * Runs until the server is through; returns whether it said that all went well.
     *
     * @throws IOException if there is no server, or it goes away; a sentence
     */
    boolean run() throws IOException {
        try (Control control = Control.open(connect());
                Undoing undoing = new Undoing(progress::println)) {
            NetworkInterface nic = NetworkInterface.getByInetAddress(control.localAddress());
            Mtu mtu = new Mtu(nic.getName(), undoing);
            control.send(
                    new Greeting(Machine.describe(Machine.congestionControl()), facts(nic.getName()), mtu.current()));
            progress.println("Connected to " + server.getHostString() + " over " + nic.getName() + '.');
            while (true) {
                Order order = control.receive(Order.class, SILENCE_SECONDS, "an order");
                if (order.kind() == null) {
                    throw new PeerException(
                            "The server gave an order that is not known. Use the same checkout on both.");
                }
                switch (order.kind()) {
                    case MTU -> control.send(setMtu(mtu, order.mtu()));
                    case CHECK -> control.send(check(order));
                    case LOAD -> load(control, order);
                    case END -> {
                        out.println(order.text());
                        return true;
                    }
                    case FAILED -> throw new PeerException("The server ended: " + order.text());
                }
            }
        }
    }

    private Socket connect() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(waitSeconds);
        while (true) {
            Socket socket = new Socket();
            try {
                socket.connect(server, CONNECT_MILLISECONDS);
                return socket;
            } catch (IOException e) {
                socket.close();
                if (System.nanoTime() - deadline > 0) {
                    throw new PeerException("Nobody answers at " + server.getHostString() + ", port "
                            + server.getPort() + " (" + e.getMessage()
                            + "). Start there first: ./zcrx bench nic --interface NIC:QUEUES --listen");
                }
                LockSupport.parkNanos(RETRY_NANOSECONDS);
            }
        }
    }

    private NicFacts facts(String interfaceName) {
        try {
            return new Ethtool(interfaceName).facts();
        } catch (IOException e) {
            progress.println("Nothing is known of " + interfaceName + ": " + e.getMessage());
            return NicFacts.unknown(interfaceName);
        }
    }

    private static Answer setMtu(Mtu mtu, int bytes) {
        if (bytes < 1 || bytes > MAX_MTU) {
            return Answer.failed("An MTU of " + bytes + " is none.");
        }
        try {
            mtu.set(bytes);
            return Answer.done();
        } catch (IOException e) {
            return Answer.failed(e.getMessage());
        }
    }

    private Answer check(Order order) {
        try {
            return Answer.compared(
                    ComparedTransfer.mismatches(server.getAddress(), order.port(), order.bytes(), TRANSFER_SECONDS));
        } catch (IOException e) {
            return Answer.failed(e.getMessage());
        }
    }

    private void load(Control control, Order order) throws PeerException {
        try (LoadProgram load = LoadProgram.start(server.getAddress(), order, loadCpus)) {
            load.awaitBegin();
            control.send(Answer.done());
            control.send(load.awaitEnd());
        } catch (PeerException e) {
            throw e;
        } catch (IOException e) {
            control.send(Answer.failed(e.getMessage()));
        }
    }
}
