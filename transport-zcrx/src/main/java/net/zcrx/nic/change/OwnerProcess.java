// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * The process that changed something: its number and start time, in its boot and PID namespace, because numbers of
 * processes are used again.
 */
record OwnerProcess(String boot, String pidNamespace, long pid, String start) {
    /** The place of the start time in {@code /proc/PID/stat}, counted behind the name, which may contain anything. */
    private static final int START_BEHIND_NAME = 19;

    static OwnerProcess current() throws IOException {
        long pid = ProcessHandle.current().pid();
        return new OwnerProcess(currentBoot(), currentPidNamespace(), pid, startOf(pid));
    }

    static OwnerProcess from(Properties properties) {
        return new OwnerProcess(
                properties.getProperty("boot", ""),
                properties.getProperty("pidNamespace", ""),
                Long.parseLong(properties.getProperty("pid", "0")),
                properties.getProperty("start", ""));
    }

    void writeTo(Properties properties) {
        properties.setProperty("boot", boot);
        properties.setProperty("pidNamespace", pidNamespace);
        properties.setProperty("pid", Long.toString(pid));
        properties.setProperty("start", start);
    }

    /** Whether the process has ended for sure: a process of another PID namespace cannot be seen, so it may live. */
    boolean isGone() throws IOException {
        if (!boot.equals(currentBoot())) {
            return true;
        }
        return pidNamespace.equals(currentPidNamespace()) && !start.equals(startOf(pid));
    }

    static String currentBoot() throws IOException {
        return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).trim();
    }

    private static String currentPidNamespace() throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
    }

    private static String startOf(long pid) throws IOException {
        Path stat = Path.of("/proc/" + pid + "/stat");
        if (!Files.exists(stat)) {
            return "ended";
        }
        String text = Files.readString(stat);
        return text.substring(text.lastIndexOf(')') + 2).split(" ")[START_BEHIND_NAME];
    }
}
