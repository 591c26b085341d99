// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.zcrx.nic.FlowRule;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;

/**
 * A lease that was begun, in a file: all that is needed to end it. It is written before the first change and deleted
 * after the last one was undone.
 */
final class LeaseNote {
    private static final String PREFIX = "lease-";
    private static final int FIRST_TABLE = 29900;
    private static final String HOST_END = "-host";

    final Path file;
    final int number;
    /** Larger than that of each lease that was there when this one began. */
    final int order;

    final String interfaceName;
    final List<Integer> queues;
    final NetworkNamespace namespace;
    final InetAddress address;
    final List<Integer> ports;
    /**
     * The values of settings before this lease changed them, by their names; may gain those of leases that end sooner.
     */
    final Map<String, String> before = new TreeMap<>();
    /** The NIC's number, which distinguishes it from a NIC that has its name later. */
    int interfaceIndex;
    /** The RSS context that spreads over the queues; 0 for none. */
    int context;

    private LeaseNote(Path file, int number, int order, LeaseRequest request, NetworkNamespace namespace) {
        this.file = file;
        this.number = number;
        this.order = order;
        interfaceName = request.interfaceName();
        queues = request.queues();
        this.namespace = namespace;
        address = request.address();
        ports = request.ports();
    }

    /** Begins a note, which is not written yet. */
    static LeaseNote begin(StateDirectory directory, LeaseRequest request, NetworkNamespace namespace)
            throws IOException {
        int number = 0;
        // A note of another network namespace, which has links of its own, blocks a number as well: no harm.
        while (Files.exists(directory.file(PREFIX + number)) || isTaken("zcrx" + number)) {
            number++;
        }
        int order = 0;
        for (LeaseNote other : readAll(directory)) {
            order = Math.max(order, other.order + 1);
        }
        return new LeaseNote(directory.file(PREFIX + number), number, order, request, namespace);
    }

    private static boolean isTaken(String netkit) throws NicException {
        return NicInspector.index(netkit).isPresent()
                || NicInspector.index(netkit + HOST_END).isPresent();
    }

    /** The notes of this network namespace, since the machine was started. */
    static List<LeaseNote> readAll(StateDirectory directory) throws IOException {
        List<LeaseNote> notes = new ArrayList<>();
        for (Path file : directory.filesNamed(PREFIX)) {
            Properties properties = StateDirectory.read(file);
            if (!OwnerProcess.currentBoot().equals(properties.getProperty("boot"))) {
                // The machine was started anew, or a crash cut the note short and nothing was changed yet.
                Files.delete(file);
            } else if (SteeringRecord.currentNetworkNamespace().equals(properties.getProperty("networkNamespace"))) {
                notes.add(read(file, properties));
            }
        }
        return notes;
    }

    private static LeaseNote read(Path file, Properties properties) throws IOException {
        LeaseNote note = new LeaseNote(
                file,
                Integer.parseInt(file.getFileName().toString().substring(PREFIX.length())),
                Integer.parseInt(properties.getProperty("order")),
                new LeaseRequest(
                        properties.getProperty("interface"),
                        numbers(properties.getProperty("queues")),
                        properties.getProperty("path"),
                        InetAddress.getByName(properties.getProperty("address")),
                        numbers(properties.getProperty("ports"))),
                new NetworkNamespace(Path.of(properties.getProperty("path")), properties.getProperty("identity")));
        note.interfaceIndex = Integer.parseInt(properties.getProperty("interfaceIndex"));
        note.context = Integer.parseInt(properties.getProperty("context"));
        for (String name : properties.stringPropertyNames()) {
            if (name.startsWith("before.")) {
                note.before.put(name.substring("before.".length()), properties.getProperty(name));
            }
        }
        return note;
    }

    void write() throws IOException {
        Properties properties = new Properties();
        properties.setProperty("boot", OwnerProcess.currentBoot());
        properties.setProperty("order", Integer.toString(order));
        properties.setProperty("networkNamespace", SteeringRecord.currentNetworkNamespace());
        properties.setProperty("interface", interfaceName);
        properties.setProperty("interfaceIndex", Integer.toString(interfaceIndex));
        properties.setProperty("queues", join(queues));
        properties.setProperty("path", namespace.path().toString());
        properties.setProperty("identity", namespace.identity());
        properties.setProperty("address", address.getHostAddress());
        properties.setProperty("ports", join(ports));
        properties.setProperty("context", Integer.toString(context));
        before.forEach((name, value) -> properties.setProperty("before." + name, value));
        StateDirectory.write(file, properties);
    }

    void delete() throws IOException {
        Files.deleteIfExists(file);
    }

    private static String join(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private static List<Integer> numbers(String text) {
        return Arrays.stream(text.split(",")).map(Integer::valueOf).toList();
    }

    /** The interface in the container. */
    String netkit() {
        return "zcrx" + number;
    }

    /** Its other end, on the host. */
    String hostEnd() {
        return netkit() + HOST_END;
    }

    /** The container's table of routes for packets from the address: its other routes stay as they are. */
    String routes() {
        return Integer.toString(FIRST_TABLE + number);
    }

    boolean isIpv6() {
        return address.getAddress().length > Integer.BYTES;
    }

    /** The address with the length of a prefix that only it has. */
    String route() {
        return address.getHostAddress() + (isIpv6() ? "/128" : "/32");
    }

    /** The rules of the NIC, onto queue 0. */
    List<FlowRule> flows() {
        return ports.stream()
                .map(port -> new FlowRule(isIpv6(), address, port, 0, 0))
                .toList();
    }

    /** Whether a rule of the NIC is of this lease. */
    boolean owns(FlowRule rule) {
        return rule != null
                && flows().stream().anyMatch(rule::matchesSame)
                && (rule.context() == 0 ? queues.contains(rule.queue()) : rule.context() == context);
    }

    /** Whether it has come to its end by itself, with its namespace or its NIC. */
    boolean isGone() throws NicException {
        return NicInspector.index(hostEnd()).isEmpty();
    }

    @Override
    public String toString() {
        return "queues " + queues + " of " + interfaceName + ", as " + netkit() + " in " + namespace.path();
    }

    /** @throws NicException if it is of other queues as well */
    void requireAll(List<Integer> named) throws NicException {
        if (!named.containsAll(queues)) {
            throw new NicException("Queues " + queues + " of " + interfaceName
                    + " were leased together and end together:" + " name all of them.");
        }
    }
}
