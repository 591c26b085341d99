// SPDX-License-Identifier: Apache-2.0
package net.zcrx.doctor;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.zcrx.nic.change.LeaseRequest;

/** The command line of {@link Lease}. */
final class LeaseOptions {
    private static final int MAX_QUEUE = 65535;
    /** The name of an interface may contain a colon, too. */
    private static final Pattern NIC_QUEUES = Pattern.compile("([^\\s,]+?):([\\d,-]+)");

    private static final Pattern RANGE = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");

    String interfaceName = "";
    /** The queues; none stands for all that are on lease. */
    List<Integer> queues = List.of();

    String target = "";
    String address = "";
    List<Integer> ports = List.of();
    boolean undo;
    boolean dryRun;
    boolean help;

    static LeaseOptions parse(String[] arguments) {
        LeaseOptions options = new LeaseOptions();
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--undo" -> options.undo = true;
                case "--dry-run" -> options.dryRun = true;
                case "--help", "-h" -> options.help = true;
                case "--to" -> options.target = value(arguments, ++i);
                case "--address" -> options.address = value(arguments, ++i);
                case "--port" -> options.ports = numbers("--port", value(arguments, ++i));
                default -> options.takeQueues(arguments[i]);
            }
        }
        if (!options.help) {
            options.requireAll();
        }
        return options;
    }

    private static String value(String[] arguments, int index) {
        if (index == arguments.length) {
            throw new IllegalArgumentException(arguments[index - 1] + " needs a value.");
        }
        return arguments[index];
    }

    private void takeQueues(String argument) {
        if (argument.startsWith("-")) {
            throw new IllegalArgumentException("There is no option " + argument + ".");
        }
        if (!interfaceName.isEmpty()) {
            throw new IllegalArgumentException("One NIC at a time: " + interfaceName + " or " + argument
                    + ". All queues of a lease are of one NIC.");
        }
        Matcher both = NIC_QUEUES.matcher(argument);
        if (both.matches()) {
            interfaceName = both.group(1);
            queues = numbers("The queues", both.group(2));
        } else if (argument.matches("[^\\s:,]+")) {
            interfaceName = argument;
        } else {
            throw new IllegalArgumentException("\"" + argument
                    + "\" names no queues of a NIC: write eth0:4-5 or eth0:4,6. All queues of a lease are of one NIC.");
        }
    }

    /** Reads numbers such as 4, 4-7 or 4,6. */
    private static List<Integer> numbers(String what, String text) {
        List<Integer> numbers = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            Matcher range = RANGE.matcher(part);
            int first = range.matches() ? Integer.parseInt(range.group(1)) : -1;
            int last = first < 0 || range.group(2) == null ? first : Integer.parseInt(range.group(2));
            if (first < 0 || last < first || last > MAX_QUEUE) {
                throw new IllegalArgumentException(
                        what + " must be numbers up to " + MAX_QUEUE + ", as 4, 4-7 or 4,6, not \"" + text + "\".");
            }
            for (int number = first; number <= last; number++) {
                if (numbers.contains(number)) {
                    throw new IllegalArgumentException(what + " have " + number + " twice.");
                }
                numbers.add(number);
            }
        }
        return numbers;
    }

    private void requireAll() {
        if (interfaceName.isEmpty()) {
            throw new IllegalArgumentException("Name a NIC and its queues, as eth0:4-5.");
        }
        if (undo) {
            if (!target.isEmpty() || !address.isEmpty() || !ports.isEmpty()) {
                throw new IllegalArgumentException("--undo goes with NIC:QUEUES and --dry-run alone.");
            }
            return;
        }
        if (queues.isEmpty()) {
            throw new IllegalArgumentException("Name the queues, as " + interfaceName + ":4-5.");
        }
        if (target.isEmpty() || address.isEmpty() || ports.isEmpty()) {
            throw new IllegalArgumentException("--to, --address and --port are needed.");
        }
        request();
    }

    LeaseRequest request() {
        // Only what numbers are written of, so that no name is ever looked up.
        if (!address.matches("\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            throw new IllegalArgumentException("--address takes an IP address, not \"" + address + "\".");
        }
        try {
            InetAddress parsed = InetAddress.getByName(address);
            if (parsed.isAnyLocalAddress() || parsed.isLoopbackAddress() || parsed.isMulticastAddress()) {
                throw new IllegalArgumentException("A container cannot have the address " + address + ".");
            }
            return new LeaseRequest(interfaceName, queues, target, parsed, ports);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("--address takes an IP address, not \"" + address + "\".", e);
        }
    }
}
