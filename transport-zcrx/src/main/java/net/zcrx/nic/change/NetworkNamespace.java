// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;
import net.zcrx.uring.Errno;
import net.zcrx.uring.Native;

/**
 * A network namespace other than this one.
 *
 * @param path of a file that stands for it as long as it lives
 * @param identity tells it from one that has the same path later
 */
record NetworkNamespace(Path path, String identity) {
    private static final Path OWN = Path.of("/proc/self/ns/net");
    /** {@code PROC_USER_INIT_INO} of the kernel's {@code include/linux/proc_ns.h}. */
    private static final String FIRST_USER_NAMESPACE = "user:[4026531837]";
    /** {@code ioctl_nsfs(2)}: a descriptor of the user namespace that owns a namespace. */
    private static final long NS_GET_USERNS = 0xb701;

    private static final Path NAMED = Path.of("/run/netns");
    /** Each prints the number of a container's first process; 0 if it has ended. */
    private static final List<List<String>> RUNTIMES = List.of(
            List.of("docker", "inspect", "--format", "{{.State.Pid}}"),
            List.of("podman", "inspect", "--format", "{{.State.Pid}}"),
            List.of("crictl", "inspect", "--output", "go-template", "--template", "{{.info.pid}}"));

    /**
     * Finds it.
     *
     * @param target a name of {@code ip netns}, a path, the number of a process, or a container's name or id
     * @throws NicException if there is none, it has ended, is this one, or is of a rootless container
     */
    static NetworkNamespace find(String target) throws NicException {
        Path path = path(target);
        String identity;
        try {
            identity = identity(path);
            if (!device(path).equals(device(OWN))) {
                throw new NicException("The network namespace " + target + " has ended: " + path + " stands for none.");
            }
            if (Files.isSameFile(path, OWN)) {
                throw new NicException(target + " is in the network namespace that the NIC is in itself, and needs no"
                        + " lease: name the NIC's queues there.");
            }
        } catch (NicException e) {
            throw e;
        } catch (IOException e) {
            throw new NicException(
                    "The network namespace of " + target + " has ended or may not be looked at: there is no " + path
                            + ".",
                    e);
        }
        if (!isOfFirstUserNamespace(path)) {
            throw new NicException(
                    target + " is in a user namespace of its own, as rootless containers are, and the kernel"
                            + " lets no process there bind a queue. Start it as root, and without a user namespace.");
        }
        return new NetworkNamespace(path, identity);
    }

    /**
     * Whether it belongs to the user namespace in which the kernel asks for CAP_NET_ADMIN; also true if that is
     * unknown.
     */
    private static boolean isOfFirstUserNamespace(Path path) {
        if (!NicInspector.isAvailable()) {
            return true;
        }
        try (FileChannel channel = FileChannel.open(path)) {
            int descriptor = Native.ioctl(Native.fileDescriptor(channel), NS_GET_USERNS, 0);
            if (descriptor < 0) {
                // It is none that this process may know of.
                return descriptor != -Errno.EPERM;
            }
            try {
                return Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(descriptor)))
                        .toString()
                        .equals(FIRST_USER_NAMESPACE);
            } finally {
                new FileDescriptor(descriptor).close();
            }
        } catch (IOException e) {
            // A sandbox without this part of /proc: the kernel will tell when the queue is bound.
            return true;
        }
    }

    private static Path path(String target) throws NicException {
        if (target.contains("/")) {
            return Path.of(target);
        }
        if (Files.exists(NAMED.resolve(target))) {
            return NAMED.resolve(target);
        }
        if (target.matches("[1-9]\\d{0,8}")) {
            return ofProcess(target);
        }
        for (List<String> runtime : RUNTIMES) {
            List<String> words = new ArrayList<>(runtime);
            words.add(target);
            Optional<String> process = new HostCommand(words).output().filter(output -> output.matches("\\d+"));
            if (process.isPresent()) {
                if (process.get().equals("0")) {
                    throw new NicException("The container " + target + " does not run. Start it first.");
                }
                return ofProcess(process.get());
            }
        }
        throw new NicException(
                "There is no network namespace or container " + target + ". Name one that ip netns, docker,"
                        + " podman or crictl lists, or give the number of a process in it, or a path as"
                        + " /proc/PID/ns/net.");
    }

    private static Path ofProcess(String number) {
        return Path.of("/proc", number, "ns", "net");
    }

    private static String identity(Path path) throws IOException {
        return device(path) + ":" + Files.getAttribute(path, "unix:ino");
    }

    private static String device(Path path) throws IOException {
        return String.valueOf(Files.getAttribute(path, "unix:dev"));
    }

    /** Whether it still lives. */
    boolean isAlive() {
        try {
            return identity(path).equals(identity);
        } catch (IOException e) {
            // The path has gone with it.
            return false;
        }
    }

    /** The command that runs another one in it. */
    HostCommand command(List<String> words) {
        List<String> all = new ArrayList<>(List.of("nsenter", "--net=" + path, "--"));
        all.addAll(words);
        return new HostCommand(all);
    }
}
