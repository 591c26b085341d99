// SPDX-License-Identifier: Apache-2.0
package net.zcrx.testrun;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.zcrx.Zcrx;

/**
 * What event loops hold of the process: descriptors of sockets, pipes and anonymous inodes (rings, eventfds, epoll),
 * and threads. Files are left out, as the JVM opens its jars when it likes.
 */
public record Resources(TreeMap<String, Integer> descriptors, Set<Thread> threads) {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final List<String> KINDS = List.of("socket:", "pipe:", "anon_inode:");

    static {
        // What these open on first use, and keep.
        Zcrx.isAvailable();
        try (ServerSocketChannel listener =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel client = SocketChannel.open(listener.getLocalAddress());
                SocketChannel accepted = listener.accept()) {
            accepted.configureBlocking(client.isOpen());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those of now. */
    public static Resources now() {
        TreeMap<String, Integer> descriptors = new TreeMap<>();
        try (Stream<Path> all = Files.list(DESCRIPTORS)) {
            all.forEach(descriptor -> kindOf(descriptor, descriptors));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Resources(descriptors, loopThreads());
    }

    private static Set<Thread> loopThreads() {
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        // Room for those that begin meanwhile; more are left out.
        Thread[] all = new Thread[2 * root.activeCount() + 16];
        int count = root.enumerate(all);
        return Arrays.stream(all, 0, count)
                .filter(thread -> thread.getName().toLowerCase().contains("eventloopgroup"))
                .collect(Collectors.toSet());
    }

    private static void kindOf(Path descriptor, TreeMap<String, Integer> counts) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            for (String kind : KINDS) {
                if (target.startsWith(kind)) {
                    // Of a socket or pipe the rest is its number.
                    counts.merge(kind.equals("anon_inode:") ? target : kind, 1, Integer::sum);
                }
            }
        } catch (IOException ignored) {
            // The descriptor of the listing itself, or one that was closed meanwhile.
        }
    }

    /**
     * What is there now beyond these, if it does not go within {@code seconds}; empty if nothing is. A thread that has
     * told its end, and a socket that lingers, are still there for a moment.
     */
    public List<String> awaitNoMore(long seconds) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        List<String> more = more();
        while (!more.isEmpty() && System.nanoTime() - deadline < 0) {
            Thread.sleep(1);
            more = more();
        }
        return more;
    }

    private List<String> more() {
        Resources now = now();
        List<String> more = new ArrayList<>();
        now.descriptors.forEach((kind, count) -> {
            int extra = count - descriptors.getOrDefault(kind, 0);
            if (extra > 0) {
                more.add(extra + " descriptors of " + kind + " are left open.");
            }
        });
        now.threads.stream()
                .filter(thread -> !threads.contains(thread))
                .forEach(thread -> more.add("The thread " + thread.getName() + " does not end."));
        return more;
    }
}
