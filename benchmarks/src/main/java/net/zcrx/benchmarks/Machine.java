// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import io.netty.util.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Map;
import java.util.TreeMap;

/**
 * The facts about a machine that the figures depend on.
 *
 * @param congestion the TCP congestion control of new connections; where the sender sets the pace, it is that of long
 *     flows
 */
public record Machine(
        String processor,
        int processors,
        String memory,
        String kernel,
        String congestion,
        String date,
        Map<String, String> versions) {
    private static final String JAVA = "Java";

    public static Machine describe(String congestion) throws IOException {
        Map<String, String> versions = new TreeMap<>();
        versions.put(JAVA, Runtime.version().toString());
        versions.put(
                "Netty",
                Version.identify(Machine.class.getClassLoader())
                        .get("netty-transport")
                        .artifactVersion());
        versions.put("Netty of the incubator peer", incubatorNetty());
        versions.put("zcrx", version(Machine.class.getPackage().getImplementationVersion()));
        return new Machine(
                field("/proc/cpuinfo", "model name"),
                Runtime.getRuntime().availableProcessors(),
                field("/proc/meminfo", "MemTotal"),
                kernelSetting("kernel/osrelease"),
                congestion,
                LocalDate.now().toString(),
                versions);
    }

    /** Returns the congestion control that connections have here by default. */
    public static String congestionControl() throws IOException {
        return kernelSetting("net/ipv4/tcp_congestion_control");
    }

    /** Whether figures of both may stand in one table. An update of Java within its release is no other machine. */
    boolean isSameAs(Machine other) {
        return processor.equals(other.processor)
                && processors == other.processors
                && kernel.equals(other.kernel)
                && congestion.equals(other.congestion)
                && releases().equals(other.releases());
    }

    private Map<String, String> releases() {
        Map<String, String> releases = new TreeMap<>(versions);
        releases.computeIfPresent(
                JAVA,
                (name, version) ->
                        Integer.toString(Runtime.Version.parse(version).feature()));
        return releases;
    }

    private static String incubatorNetty() throws IOException {
        Path libraries = Home.find().target().resolve("incubator-lib");
        if (!Files.isDirectory(libraries)) {
            return "not there";
        }
        try (var files = Files.list(libraries)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("netty-common-"))
                    .map(name -> name.substring("netty-common-".length(), name.length() - ".jar".length()))
                    .findFirst()
                    .orElse("not there");
        }
    }

    private static String version(String implementation) {
        return implementation == null ? "of this checkout" : implementation;
    }

    private static String kernelSetting(String name) throws IOException {
        return Files.readString(Path.of("/proc/sys").resolve(name)).trim();
    }

    private static String field(String file, String name) throws IOException {
        for (String line : Files.readAllLines(Path.of(file))) {
            if (line.startsWith(name)) {
                return line.substring(line.indexOf(':') + 1).trim();
            }
        }
        return "unknown";
    }
}
