// SPDX-License-Identifier: Apache-2.0
package net.zcrx.availability;

import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The versions of Netty's parts here, and the sentence where they do not fit. Loads no native library. */
final class NettyVersions {
    /** The first version with completions whose user data has more than 16 bits. */
    static final String OLDEST = "4.2.14.Final";

    private static final int[] OLDEST_NUMBERS = {4, 2, 14};
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)(?:[.-].*)?");
    private static final Pattern IN_FILE_NAME = Pattern.compile("-(\\d+\\.\\d+\\.\\d+\\.[A-Za-z0-9.-]+?)\\.jar");

    /** The version of each part that is here and tells it. */
    private final Map<String, String> versions = new LinkedHashMap<>();

    private NettyVersions() {}

    static NettyVersions find() {
        NettyVersions found = new NettyVersions();
        // Literals and no names, which shading would not change and native-image not see.
        found.add("netty-common", () -> io.netty.util.Version.class);
        found.add("netty-buffer", () -> io.netty.buffer.ByteBuf.class);
        found.add("netty-transport", () -> io.netty.channel.Channel.class);
        found.add("netty-transport-native-unix-common", () -> io.netty.channel.unix.Buffer.class);
        found.add("netty-transport-classes-io_uring", () -> io.netty.channel.uring.IoUring.class);
        return found;
    }

    private void add(String part, Supplier<Class<?>> type) {
        try {
            String version = versionOf(type.get());
            if (version != null) {
                versions.put(part, version);
            }
        } catch (LinkageError e) {
            // It is missing. The class that needs it will say so.
        }
    }

    /** Returns the version of a class's jar; {@code null} if the class does not tell, as in shaded jars. */
    private static String versionOf(Class<?> type) {
        String version = type.getModule().isNamed()
                ? type.getModule().getDescriptor().rawVersion().orElse(null)
                : type.getPackage().getImplementationVersion();
        if (version != null && VERSION.matcher(version).matches()) {
            return version;
        }
        CodeSource source = type.getProtectionDomain().getCodeSource();
        Matcher file = IN_FILE_NAME.matcher(
                source == null || source.getLocation() == null
                        ? ""
                        : source.getLocation().getPath());
        return file.find() ? file.group(1) : null;
    }

    /** Why these versions cannot do, as a sentence that says what to do; {@code null} if nothing is known against. */
    String refusal() {
        return versions.values().stream().anyMatch(NettyVersions::isTooOld) ? needed() : null;
    }

    /** Returns a sentence that says what to do where classes of Netty do not fit each other or those of zcrx. */
    String needed() {
        return "This is " + this + "; zcrx needs " + OLDEST + " or later of Netty 4.2, and the same version of all its"
                + " parts. Import io.netty:netty-bom of such a version before the BOM of your framework.";
    }

    static boolean isTooOld(String version) {
        Matcher numbers = VERSION.matcher(version);
        if (!numbers.matches()) {
            return false;
        }
        for (int i = 0; i < OLDEST_NUMBERS.length; i++) {
            int difference = Integer.compare(Integer.parseInt(numbers.group(i + 1)), OLDEST_NUMBERS[i]);
            if (difference != 0) {
                return difference < 0;
            }
        }
        return false;
    }

    /** Returns such as "Netty 4.2.9.Final", or which parts have which version. */
    @Override
    public String toString() {
        List<String> different = new ArrayList<>(new LinkedHashSet<>(versions.values()));
        if (different.isEmpty()) {
            return "a Netty of unknown version";
        }
        if (different.size() == 1) {
            return "Netty " + different.get(0);
        }
        return "a mixture of "
                + different.stream()
                        .map(version -> "Netty " + version + " (" + parts(version) + ")")
                        .collect(Collectors.joining(" and "));
    }

    private String parts(String version) {
        return versions.entrySet().stream()
                .filter(part -> part.getValue().equals(version))
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(", "));
    }
}
