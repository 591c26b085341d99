// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether zcrx works here, as far as files tell: to try it would be to load Netty before the application does. What
 * these cannot tell is taken for no.
 */
final class Machine {
    private static final Set<String> SYSTEMS = Set.of("Linux amd64", "Linux aarch64");
    private static final Pattern KERNEL = Pattern.compile("(\\d+)\\.(\\d+).*");
    private static final String SECCOMP_FILTER = "2";
    private static final long CAP_SYS_ADMIN = 1 << 21;

    private Machine() {}

    /**
     * Why it cannot, as a sentence that says what to do; {@code null} if nothing is known against it.
     *
     * @param seccompAllows whether a seccomp filter, if there is one, lets io_uring through
     */
    static String refusal(boolean seccompAllows) {
        String system = System.getProperty("os.name") + ' ' + System.getProperty("os.arch");
        if (!SYSTEMS.contains(system)) {
            return "zcrx works on Linux on x86_64 and aarch64 only, and this is " + system + '.';
        }
        if ("false".equals(System.getProperty("net.zcrx.enabled"))) {
            return "zcrx is switched off by -Dnet.zcrx.enabled=false.";
        }
        if (Boolean.getBoolean("io.netty.transport.noNative")) {
            return "Native transports are switched off by -Dio.netty.transport.noNative=true.";
        }
        Matcher kernel = KERNEL.matcher(System.getProperty("os.version"));
        if (!kernel.matches() || version(kernel) < 6_001) {
            return "zcrx needs Linux 6.1 or later, and this is " + System.getProperty("os.version") + '.';
        }
        String disabled = read("/proc/sys/kernel/io_uring_disabled");
        if (!mayMakeRings(disabled, read("/proc/sys/kernel/io_uring_group"), read("/proc/self/status"))) {
            return "The sysctl kernel.io_uring_disabled is " + disabled
                    + ". Set, on the host: sysctl kernel.io_uring_disabled=0";
        }
        if (isFiltered() && !seccompAllows) {
            return "A seccomp filter stands before the kernel, as in containers, and may refuse io_uring. Allow"
                    + " io_uring_setup, io_uring_enter and io_uring_register in the seccomp profile, and say so with"
                    + " the agent's option seccompAllows=true.";
        }
        return null;
    }

    private static int version(Matcher kernel) {
        return Integer.parseInt(kernel.group(1)) * 1_000 + Integer.parseInt(kernel.group(2));
    }

    private static boolean isFiltered() {
        // No lambda here, nor in what else runs before the application: the first one costs more than all of the rest.
        for (String line : read("/proc/self/status").split("\n")) {
            if (line.startsWith("Seccomp:") && line.endsWith(SECCOMP_FILTER)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the kernel lets this process make rings ({@code io_uring_allowed()} of {@code io_uring/io_uring.c}): with
     * {@code disabled} 1 only a process that is privileged, or of a group, may make them; with 2 none.
     *
     * @param disabled the sysctl; empty where there is none
     * @param group the sysctl io_uring_group; -1 for none
     * @param status /proc/self/status
     */
    static boolean mayMakeRings(String disabled, String group, String status) {
        if (disabled.isEmpty() || disabled.equals("0")) {
            return true;
        }
        boolean privileged = (Long.parseUnsignedLong(field(status, "CapEff", "0"), 16) & CAP_SYS_ADMIN) != 0;
        boolean member =
                (' ' + field(status, "Gid", "") + ' ' + field(status, "Groups", "") + ' ').contains(' ' + group + ' ');
        return disabled.equals("1") && (privileged || member);
    }

    private static String field(String status, String name, String otherwise) {
        return status.lines()
                .filter(line -> line.startsWith(name + ':'))
                .findFirst()
                .map(line -> line.substring(name.length() + 1).trim().replace('\t', ' '))
                .orElse(otherwise);
    }

    /** Returns the file's text; empty if there is no such file, as in sandboxes and on older kernels. */
    private static String read(String file) {
        try {
            return Files.readString(Path.of(file)).trim();
        } catch (IOException e) {
            return "";
        }
    }
}
