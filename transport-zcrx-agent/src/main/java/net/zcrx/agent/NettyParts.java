// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.List;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The versions of Netty's parts that a class loader has, as each jar's own metadata says: no class is loaded for it.
 */
final class NettyParts {
    private static final String FILE = "META-INF/io.netty.versions.properties";
    private static final String VERSION = ".version";
    private static final Pattern NUMBERS = Pattern.compile("4\\.2\\.(\\d{1,6})\\.Final");
    /** The first version that zcrx works with. */
    private static final int OLDEST = 14;
    /** Those that must be of one version: what zcrx and the facades link to. Of the rest nothing is known against. */
    private static final List<String> LINKED = List.of(
            "netty-common",
            "netty-buffer",
            "netty-resolver",
            "netty-transport",
            "netty-transport-native-unix-common",
            "netty-transport-classes-epoll",
            "netty-transport-native-epoll",
            "netty-transport-classes-io_uring",
            "netty-transport-native-io_uring");

    private final SortedMap<String, String> versions = new TreeMap<>();

    private NettyParts() {}

    static NettyParts of(LoaderPath loader) throws IOException {
        NettyParts parts = new NettyParts();
        for (URL url : loader.resources(FILE)) {
            try (InputStream in = url.openStream()) {
                Properties properties = new Properties();
                properties.load(in);
                parts.add(properties);
            }
        }
        return parts;
    }

    private void add(Properties properties) {
        for (String part : LINKED) {
            String version = properties.getProperty(part + VERSION);
            if (version != null) {
                versions.putIfAbsent(part, version);
            }
        }
    }

    /**
     * Why the facades cannot work with these, as a sentence; {@code null} if they can.
     *
     * @param newest that the agent was built for, such as 4.2.18.Final
     */
    String refusal(String newest) {
        TreeSet<String> different = new TreeSet<>(versions.values());
        if (different.isEmpty()) {
            return "This Netty does not tell its version (" + FILE + " is missing).";
        }
        if (different.size() > 1) {
            return "These are parts of several versions of Netty: " + versions + ". Import io.netty:netty-bom of one"
                    + " version before the BOM of your framework.";
        }
        String version = different.first();
        Matcher numbers = NUMBERS.matcher(version);
        if (!numbers.matches() || number(numbers) < OLDEST) {
            return "This is Netty " + version + "; zcrx needs 4.2." + OLDEST + ".Final or later of Netty 4.2. Import"
                    + " io.netty:netty-bom of such a version before the BOM of your framework.";
        }
        Matcher known = NUMBERS.matcher(newest);
        if (known.matches() && number(numbers) > number(known)) {
            return "This is Netty " + version + ", and this agent knows Netty up to " + newest
                    + ". Take a newer agent.";
        }
        return null;
    }

    private static int number(Matcher numbers) {
        return Integer.parseInt(numbers.group(1));
    }
}
