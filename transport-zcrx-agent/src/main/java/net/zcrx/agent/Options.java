// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The options of the agent: {@code NAME=VALUE} with commas between, in its argument or, where that is silent, in the
 * environment {@link #ENVIRONMENT}.
 *
 * <table border="1">
 * <caption>Options</caption>
 * <tr><th>option</th><th>default</th><th>meaning</th></tr>
 * <tr><td>{@code mode}</td><td>{@code AUTO}</td><td>how connections receive: a {@code ZcrxMode}</td></tr>
 * <tr><td>{@code interfaceQueues}</td><td>none</td><td>NIC queues for zero copy, as {@code eth0:4-7}; more with
 *     commas</td></tr>
 * <tr><td>{@code queuesFor}</td><td>none</td><td>part of a thread's name: the group of loops whose first thread has it
 *     gets the queues</td></tr>
 * <tr><td>{@code report}</td><td>{@code false}</td><td>at the end a line says what ran on zcrx; {@code report} alone
 *     is {@code report=true}</td></tr>
 * <tr><td>{@code meters}</td><td>{@code false}</td><td>the metrics of each group are in Micrometer's global registry,
 *     if the application has one</td></tr>
 * <tr><td>{@code seccompAllows}</td><td>{@code false}</td><td>whether the seccomp filter that the process has, as in
 *     containers, lets io_uring through: the agent cannot see that</td></tr>
 * </table>
 */
final class Options {
    /** The environment's variable. */
    static final String ENVIRONMENT = "ZCRX_AGENT";

    private static final String PREFIX = "net.zcrx.agent.";
    private static final String MODE = "mode";
    private static final String QUEUES = "interfaceQueues";
    private static final String QUEUES_FOR = "queuesFor";
    private static final String REPORT = "report";
    private static final String METERS = "meters";
    private static final String SECCOMP = "seccompAllows";
    private static final List<String> NAMES = List.of(MODE, QUEUES, QUEUES_FOR, REPORT, METERS, SECCOMP);
    private static final Set<String> BOOLEANS = Set.of("true", "false");
    private static final Set<String> MODES = Set.of("AUTO", "COPY", "KERNEL_COPY", "ZERO_COPY");
    private static final Pattern QUEUE_RANGES =
            Pattern.compile("\\S+:\\d{1,5}(-\\d{1,5})?(,\\S+:\\d{1,5}(-\\d{1,5})?)*");

    private final Map<String, String> values = new TreeMap<>();
    private final List<String> complaints = new ArrayList<>();

    private Options() {}

    /** @param environment, like {@code argument}, {@code null} if there is none */
    static Options of(String argument, String environment) {
        Options options = new Options();
        options.read(environment, "the environment " + ENVIRONMENT);
        options.read(argument, "the agent's argument");
        options.check();
        return options;
    }

    private void read(String text, String place) {
        String last = null;
        for (String part : text == null ? new String[0] : text.split(",")) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part.trim() : part.substring(0, equals).trim();
            String value = equals < 0 ? "true" : part.substring(equals + 1).trim();
            if (equals < 0 && QUEUES.equals(last) && QUEUE_RANGES.matcher(name).matches()) {
                values.put(QUEUES, get(QUEUES) + ',' + name);
            } else if (NAMES.contains(name)) {
                values.put(name, value);
                last = name;
            } else if (!name.isEmpty()) {
                complaints.add("There is no option " + name + " (in " + place + "), and it is left out. There are "
                        + String.join(", ", NAMES) + '.');
                last = null;
            }
        }
    }

    private void check() {
        if (values.containsKey(MODE)) {
            values.put(MODE, get(MODE).toUpperCase(Locale.ROOT));
        }
        dropUnless(MODE, MODES.contains(get(MODE)), "must be one of AUTO, COPY, KERNEL_COPY and ZERO_COPY");
        dropUnless(QUEUES, QUEUE_RANGES.matcher(get(QUEUES)).matches(), "must be like eth0:4-7 or eth0:4,eth1:2-3");
        dropUnless(REPORT, BOOLEANS.contains(get(REPORT)), "must be true or false");
        dropUnless(METERS, BOOLEANS.contains(get(METERS)), "must be true or false");
        dropUnless(SECCOMP, BOOLEANS.contains(get(SECCOMP)), "must be true or false");
        dropUnless(
                QUEUES,
                values.containsKey(QUEUES_FOR),
                "has queues, but no group of event loops gets them: say which with queuesFor=, a part of the name of"
                        + " its threads");
        dropUnless(QUEUES_FOR, values.containsKey(QUEUES), "names a group for queues, but interfaceQueues= names none");
    }

    private void dropUnless(String name, boolean valid, String demand) {
        if (values.containsKey(name) && !valid) {
            complaints.add("The option " + name + '=' + values.remove(name) + ' ' + demand + ". It is left out.");
        }
    }

    private String get(String name) {
        return values.getOrDefault(name, "");
    }

    /** Returns a sentence for each thing that is wrong. */
    List<String> complaints() {
        return complaints;
    }

    Map<String, String> values() {
        return values;
    }

    boolean report() {
        return Boolean.parseBoolean(get(REPORT));
    }

    boolean meters() {
        return Boolean.parseBoolean(get(METERS));
    }

    boolean seccompAllows() {
        return Boolean.parseBoolean(get(SECCOMP));
    }

    /** Hands the options to the facades, which see no class of the agent. */
    void publish() {
        for (Map.Entry<String, String> option : values.entrySet()) {
            System.setProperty(PREFIX + option.getKey(), option.getValue());
        }
    }
}
