// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent;

import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/** Decides once for each class loader that has a Netty of its own whether it gets zcrx. Safe on any thread. */
final class Loaders {
    static final String EPOLL = "io/netty/channel/epoll/EpollEventLoopGroup.class";

    private static final String IO_URING = "io.netty.channel.uring";
    private static final String REPORT = "net.zcrx.agent.facade.Report";
    /**
     * The classes that the facades extend: a zcrx of the application's own must be the version that they were compiled
     * with.
     */
    private static final List<String> EXTENDED =
            List.of("net/zcrx/ZcrxSocketChannel", "net/zcrx/ZcrxServerSocketChannel", "net/zcrx/ZcrxTcpInfo");

    private final Instrumentation instrumentation;
    private final Cargo cargo;
    private final EpollUses uses = new EpollUses();
    private final Map<ClassLoader, Boolean> decided = Collections.synchronizedMap(new WeakHashMap<>());
    /** Those that need not be decided before one of epoll's classes comes. */
    private final Map<ClassLoader, Boolean> haveEpoll = Collections.synchronizedMap(new WeakHashMap<>());

    private final AtomicInteger facades = new AtomicInteger();
    /** Held while one loader is decided. Code that only looks never takes it, because a look may load classes. */
    private final ReentrantLock deciding = new ReentrantLock();

    Loaders(Instrumentation instrumentation, Cargo cargo) {
        this.instrumentation = instrumentation;
        this.cargo = cargo;
    }

    Cargo cargo() {
        return cargo;
    }

    EpollUses uses() {
        return uses;
    }

    /**
     * Whether the loader that a class of this one may have its Netty from has zcrx, or is as before; {@code null} if
     * nothing has asked for either.
     */
    Boolean knownAbove(ClassLoader loader) {
        Boolean known = null;
        for (ClassLoader up = loader; up != null && known == null; up = up.getParent()) {
            known = decided.get(up);
        }
        return known;
    }

    /** Called when a class of Netty that is none of epoll's is loaded. Without epoll there is nothing to wait for. */
    void seeNetty(ClassLoader loader) {
        if (decided.get(loader) == null
                && haveEpoll.get(loader) == null
                && haveEpoll.putIfAbsent(loader, path(loader).resource(EPOLL) != null) == null
                && !haveEpoll.get(loader)) {
            decide(loader);
        }
    }

    /** Whether the loader has zcrx; it gets it now if nothing is against that. */
    boolean decide(ClassLoader loader) {
        Boolean before = decided.get(loader);
        if (before != null) {
            return before;
        }
        deciding.lock();
        try {
            before = decided.get(loader);
            if (before == null && deciding.getHoldCount() == 1) {
                before = give(loader);
                decided.put(loader, before);
            }
            // Else it is this thread that decides, and a class that it needs for that.
            return Boolean.TRUE.equals(before);
        } finally {
            deciding.unlock();
        }
    }

    private boolean give(ClassLoader loader) {
        String refusal;
        try {
            refusal = refusal(loader);
            if (refusal == null) {
                cargo.give(path(loader));
            }
        } catch (IOException | ReflectiveOperationException | RuntimeException e) {
            refusal = "zcrx could not be added to its class path: " + e;
        }
        if (refusal != null) {
            Console.warn(refusal + " The Netty of " + name(loader) + " is left as it is.");
        }
        return refusal == null;
    }

    private String refusal(ClassLoader loader) throws IOException {
        LoaderPath path = path(loader);
        if (!path.isOpen()) {
            return "No jar can be added to a class loader of this kind.";
        }
        String refusal = NettyParts.of(path).refusal(cargo.nettyVersion());
        if (refusal != null) {
            return refusal;
        }
        for (String name : EXTENDED) {
            URL own = path.resource(name + ".class");
            if (own != null && !Arrays.equals(bytes(own), cargo.zcrxClass(name))) {
                return "The application has a zcrx of another version than the agent's (" + name + " differs). Take"
                        + " both of one version.";
            }
        }
        return uses.refusal(loader);
    }

    private static byte[] bytes(URL url) throws IOException {
        try (InputStream in = url.openStream()) {
            return in.readAllBytes();
        }
    }

    private LoaderPath path(ClassLoader loader) {
        return new LoaderPath(loader, instrumentation);
    }

    static String name(ClassLoader loader) {
        return loader == ClassLoader.getSystemClassLoader()
                ? "the class path"
                : loader.getClass().getName();
    }

    /**
     * Opens Netty's module to the added classes. They are in the loader's unnamed module, which a named one of Netty
     * does not read by itself, nor lets in as deeply as zcrx needs it.
     */
    void letRead(Module netty, ClassLoader loader) {
        if (!netty.isNamed()) {
            return;
        }
        Set<Module> zcrx = new HashSet<>(Set.of(loader.getUnnamedModule()));
        ModuleLayer layer = netty.getLayer();
        if (layer != null) {
            layer.findModule("net.zcrx.transport").ifPresent(zcrx::add);
        }
        Map<String, Set<Module>> opened = netty.getPackages().contains(IO_URING) ? Map.of(IO_URING, zcrx) : Map.of();
        instrumentation.redefineModule(netty, zcrx, Map.of(), opened, Set.of(), Map.of());
    }

    /** Called when one of epoll's classes was replaced. */
    void countFacade() {
        facades.incrementAndGet();
    }

    /** Prints the report of each loader. */
    void report() {
        List<ClassLoader> given = new ArrayList<>();
        synchronized (decided) {
            decided.forEach((loader, has) -> {
                if (has) {
                    given.add(loader);
                }
            });
        }
        if (given.isEmpty()) {
            Console.info("report: nothing ran on zcrx.");
        }
        for (ClassLoader loader : given) {
            try {
                Class<?> report = Class.forName(REPORT, true, loader);
                Console.info("report: facades=" + facades + ' '
                        + report.getMethod("line").invoke(null));
            } catch (ReflectiveOperationException | LinkageError e) {
                Console.warn("There is no report of " + name(loader) + ": " + e);
            }
        }
    }
}
