// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import net.zcrx.nic.FlowRule;

/**
 * The rules that one {@link FlowSteering} installed, in a file: a rule on a NIC that equals one of a record was
 * installed by this transport. The file is written before the rules and deleted after them, so that a crash leaves no
 * rule without its record.
 */
record SteeringRecord(
        Path file,
        OwnerProcess owner,
        String networkNamespace,
        String interfaceName,
        List<Integer> queues,
        List<FlowRule> rules) {
    private static final String PREFIX = "steering-";

    static SteeringRecord write(
            StateDirectory directory, String interfaceName, List<Integer> queues, List<FlowRule> rules)
            throws IOException {
        SteeringRecord record = new SteeringRecord(
                directory.create(PREFIX),
                OwnerProcess.current(),
                currentNetworkNamespace(),
                interfaceName,
                queues,
                rules);
        Properties properties = new Properties();
        record.owner.writeTo(properties);
        properties.setProperty("networkNamespace", record.networkNamespace);
        properties.setProperty("interface", interfaceName);
        properties.setProperty("queues", queues.stream().map(String::valueOf).collect(Collectors.joining(",")));
        properties.setProperty("rules", rules.stream().map(FlowRule::toString).collect(Collectors.joining(",")));
        StateDirectory.write(record.file, properties);
        return record;
    }

    /** The records of an interface of this network namespace. */
    static List<SteeringRecord> readAll(StateDirectory directory, String interfaceName) throws IOException {
        List<SteeringRecord> records = new ArrayList<>();
        for (Path file : directory.filesNamed(PREFIX)) {
            SteeringRecord record;
            try {
                record = read(file);
            } catch (IllegalArgumentException e) {
                // A crash cut it short, so no rule of it was installed yet.
                Files.delete(file);
                continue;
            }
            if (record.interfaceName.equals(interfaceName)
                    && record.networkNamespace.equals(currentNetworkNamespace())) {
                records.add(record);
            }
        }
        return records;
    }

    private static SteeringRecord read(Path file) throws IOException {
        Properties properties = StateDirectory.read(file);
        return new SteeringRecord(
                file,
                OwnerProcess.from(properties),
                properties.getProperty("networkNamespace", ""),
                properties.getProperty("interface", ""),
                list(properties, "queues").stream().map(Integer::valueOf).toList(),
                list(properties, "rules").stream().map(FlowRule::parse).toList());
    }

    private static List<String> list(Properties properties, String key) {
        String text = properties.getProperty(key);
        if (text == null) {
            throw new IllegalArgumentException("No " + key);
        }
        return text.isEmpty() ? List.of() : Arrays.asList(text.split(","));
    }

    boolean claims(FlowRule rule) {
        return rules.contains(rule);
    }

    void delete() throws IOException {
        Files.deleteIfExists(file);
    }

    static String currentNetworkNamespace() throws IOException {
        // The thread's namespace: a JVM may have threads in several.
        return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
    }
}
