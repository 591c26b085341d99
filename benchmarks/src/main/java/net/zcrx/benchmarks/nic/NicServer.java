// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import net.zcrx.benchmarks.Undoing;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.check.Refusals;

/** The side that receives: it waits for a client, and has a {@link Session} with it. */
final class NicServer {
    private final Settings settings;
    private final Path json;
    private final PrintStream out;
    private final PrintStream progress;

    NicServer(Settings settings, Path json, PrintStream out, PrintStream progress) {
        this.settings = settings;
        this.json = json;
        this.out = out;
        this.progress = progress;
    }

    /**
     * Serves one client; returns whether all could be measured.
     *
     * @throws IOException if there is no such interface, a port is in use, no client comes, or it goes away; a sentence
     */
    boolean run() throws IOException {
        requireInterface();
        try (ServerSocket listener = listen(settings.port())) {
            requireDataPorts();
            int port = listener.getLocalPort();
            progress.println("Waiting for the other machine, port " + port + ": ./zcrx bench nic --load HOST"
                    + (port == NicCommand.PORT ? "" : " --port " + port));
            try (Control control = accept(listener)) {
                return serve(control);
            }
        }
    }

    /** Reports a misspelt name before it waits for anybody. */
    private void requireInterface() throws IOException {
        if (NetworkInterface.getByName(settings.interfaceName()) == null) {
            throw new IOException("There is no network interface " + settings.interfaceName()
                    + " in this network namespace. List them with: ip link");
        }
        for (int queue : settings.queues()) {
            Refusals.requireQueue(NicInspector.inspect(settings.interfaceName()), queue);
        }
    }

    private static ServerSocket listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            // The load generator knows IPv4 only.
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[4]), port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw new IOException(
                    "Port " + port + " is not free (" + e.getMessage()
                            + "). Three in a row are needed; choose others by --port N on both machines.",
                    e);
        }
    }

    private void requireDataPorts() throws IOException {
        if (settings.dataPort() > 0) {
            listen(settings.dataPort()).close();
            listen(settings.dataPort() + 1).close();
        }
    }

    /** Waits for the client. Any other program that connects gets an answer, and the wait goes on. */
    private Control accept(ServerSocket listener) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(settings.waitSeconds());
        while (true) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            try {
                listener.setSoTimeout((int) Math.max(1, left));
                Socket socket = listener.accept();
                return Control.open(socket);
            } catch (SocketTimeoutException e) {
                throw new PeerException("No client came within " + settings.waitSeconds()
                        + " s. Start on the other machine: ./zcrx bench nic --load HOST; does a firewall keep ports "
                        + listener.getLocalPort() + " and the next two from it?");
            } catch (PeerException e) {
                progress.println(e.getMessage());
            }
        }
    }

    private boolean serve(Control control) throws IOException {
        try {
            requireWay(control);
            try (Undoing undoing = new Undoing(progress::println)) {
                NicResults results = new Session(settings, control, undoing, json, progress).run();
                String text = new NicSummary(results).text();
                out.print(text);
                out.println("Written: " + json);
                control.send(Order.end(text));
                return results.allMeasured();
            }
        } catch (PeerException e) {
            throw e;
        } catch (IOException e) {
            control.send(Order.failed(e.getMessage()));
            throw e;
        }
    }

    /** The client must come over the NIC that is to be measured. */
    private void requireWay(Control control) throws IOException {
        NetworkInterface reached = NetworkInterface.getByInetAddress(control.localAddress());
        NetworkInterface itsOwn = NetworkInterface.getByInetAddress(control.remoteAddress());
        if (itsOwn != null
                && !NetworkInterface.getByName(settings.interfaceName()).isLoopback()) {
            throw new IOException("The client is on this machine, so what it sends never reaches "
                    + settings.interfaceName()
                    + ". Start it on another machine, or in another network namespace with a NIC of its own.");
        }
        if (!reached.getName().equals(settings.interfaceName())) {
            throw new IOException("The client came over " + reached.getName() + " ("
                    + control.localAddress().getHostAddress() + "), and " + settings.interfaceName()
                    + " is to be measured. Let it load an address of " + settings.interfaceName() + '.');
        }
    }
}
