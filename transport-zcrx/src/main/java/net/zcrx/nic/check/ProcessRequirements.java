// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import net.zcrx.uring.Container;
import net.zcrx.uring.LockedMemory;
import net.zcrx.uring.Native;

/** The requirements of zero-copy receive on this process and on the machine's memory. */
final class ProcessRequirements {
    private static final String MORE_LOCKED_MEMORY = "prlimit --pid $$ --memlock=unlimited";
    private static final String IN_DOCKER = "docker run --cap-add NET_ADMIN --network host ...";
    private static final String OR_LEASE = ", or a queue on lease (./zcrx lease)";
    private static final String AS_USER =
            "setpriv --reuid %s --init-groups --inh-caps +net_admin --ambient-caps +net_admin java ...";

    private static final int CAP_NET_ADMIN = 12;
    private static final int CAP_IPC_LOCK = 14;
    private static final long KIB = 1024;

    private ProcessRequirements() {}

    /** Returns a sentence that says what to do where more memory would be locked than may be. */
    static String moreLockedMemory() {
        return Container.isInside() ? LockedMemory.remedy() : "Fix it with: " + Container.asRoot(MORE_LOCKED_MEMORY);
    }

    /** @param areaBytes memory that the NIC shall write to */
    static List<Requirement> list(long areaBytes) {
        return List.of(netAdmin(), memoryLock(areaBytes), hugePages(areaBytes).advised());
    }

    static Requirement netAdmin() {
        String name = "CAP_NET_ADMIN";
        if (hasCapability(CAP_NET_ADMIN)) {
            return inFirstUserNamespace()
                    ? Requirement.ok(name, "This process may set up NICs and bind their queues.")
                    : Requirement.missing(
                            name,
                            "CAP_NET_ADMIN of this container's own user namespace does not count: the kernel wants it"
                                    + " in the first one. Start the container as root, not rootless.",
                            IN_DOCKER);
        }
        String lacking = "This process lacks CAP_NET_ADMIN, without which the kernel binds no queue of a NIC. ";
        return Container.isInside()
                ? Requirement.missing(
                        name,
                        lacking
                                + Container.text(
                                        "",
                                        "Start the container with --cap-add NET_ADMIN, and --network host" + OR_LEASE
                                                + ".",
                                        "Give it to the pod (securityContext.capabilities.add), with hostNetwork: true"
                                                + OR_LEASE + "."),
                        "")
                : Requirement.missing(
                        name,
                        lacking + "Run it as root or give it that capability, in systemd by"
                                + " AmbientCapabilities=CAP_NET_ADMIN.",
                        user().equals("root") ? IN_DOCKER : AS_USER.formatted(user()));
    }

    /** Returns the user's name; the number where it has none. */
    private static String user() {
        String user = System.getProperty("user.name");
        return user.equals("?") ? line("/proc/self/status", "Uid:", "?").split("\\s")[0] : user;
    }

    private static Requirement memoryLock(long areaBytes) {
        String name = "memory lock";
        if (hasCapability(CAP_IPC_LOCK) && inFirstUserNamespace()) {
            return Requirement.ok(name, "This process may lock all the memory it wants (CAP_IPC_LOCK).");
        }
        long limit = lockableBytes();
        if (limit == Long.MAX_VALUE) {
            return Requirement.ok(name, "This process may lock all the memory it wants.");
        }
        return limit >= areaBytes
                ? Requirement.ok(
                        name, "This process may lock " + mib(limit) + ", an area takes " + mib(areaBytes) + ".")
                : Requirement.missing(
                        name,
                        "This process may lock " + mib(limit) + " (RLIMIT_MEMLOCK), but an area takes "
                                + mib(areaBytes) + ". "
                                + Container.text(
                                        "In systemd set LimitMEMLOCK=infinity.",
                                        LockedMemory.remedy(),
                                        LockedMemory.remedy()),
                        Container.isInside() ? "" : MORE_LOCKED_MEMORY);
    }

    /** How many bytes all processes of this user may lock together; {@link Long#MAX_VALUE} if there is no limit. */
    static long lockableBytes() {
        return hasCapability(CAP_IPC_LOCK) && inFirstUserNamespace() ? Long.MAX_VALUE : Native.memoryLockLimit();
    }

    private static Requirement hugePages(long areaBytes) {
        String name = "huge pages";
        OptionalLong size = memory("Hugepagesize:");
        OptionalLong free = memory("HugePages_Free:");
        if (size.isEmpty() || free.isEmpty() || size.getAsLong() == 0) {
            return Requirement.unknown(name, "The kernel does not report huge pages. Small ones work, too.");
        }
        long pageBytes = size.getAsLong() * KIB;
        long pages = (areaBytes + pageBytes - 1) / pageBytes;
        return free.getAsLong() >= pages
                ? Requirement.ok(
                        name, free.getAsLong() + " of " + mib(pageBytes) + " are free, an area takes " + pages + ".")
                : Requirement.missing(
                        name,
                        free.getAsLong() + " of " + mib(pageBytes) + " are free, but an area takes " + pages
                                + ". Small pages work, too, but more slowly.",
                        "sysctl vm.nr_hugepages=" + pages);
    }

    private static boolean hasCapability(int number) {
        long effective = Long.parseUnsignedLong(line("/proc/thread-self/status", "CapEff:", "0"), 16);
        return (effective >> number & 1) != 0;
    }

    /** Whether this is the first user namespace, which maps each number of a user to itself (user_namespaces(7)). */
    private static boolean inFirstUserNamespace() {
        return line("/proc/self/uid_map", "", "").matches("0 +0 +4294967295");
    }

    private static OptionalLong memory(String name) {
        String digits = line("/proc/meminfo", name, "").replaceAll("\\D", "");
        return digits.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(digits));
    }

    /** Returns what follows {@code start} in the line of a file that begins so, or {@code otherwise}. */
    private static String line(String file, String start, String otherwise) {
        try {
            return Files.readAllLines(Path.of(file)).stream()
                    .filter(line -> line.startsWith(start))
                    .map(line -> line.substring(start.length()).trim())
                    .findFirst()
                    .orElse(otherwise);
        } catch (IOException e) {
            // A sandbox without this part of /proc.
            return otherwise;
        }
    }

    private static String mib(long bytes) {
        return bytes < KIB * KIB ? bytes / KIB + " KiB" : bytes / (KIB * KIB) + " MiB";
    }
}
