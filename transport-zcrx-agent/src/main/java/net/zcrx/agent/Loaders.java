// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent;

import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/** For each class loader that has a Netty of its own: whether it gets zcrx. Decided once. Safe on any thread. */
final class Loaders {
    static final String EPOLL = "io/netty/channel/epoll/EpollEventLoopGroup.class";

    private static final String REPORT = "net.zcrx.agent.facade.Report";
    /** What the facades extend: a zcrx of the application's own must be the one that they were compiled with. */
    private static final List<String> EXTENDED = List.of(
            "net/zcrx/ZcrxSocketChannel.class", "net/zcrx/ZcrxServerSocketChannel.class", "net/zcrx/ZcrxTcpInfo.class");

    private final Instrumentation instrumentation;
    private final Cargo cargo = new Cargo();
    private final EpollUses uses = new EpollUses();
    private final Map<ClassLoader, Boolean> decided = new WeakHashMap<>();

    Loaders(Instrumentation instrumentation) {
        this.instrumentation = instrumentation;
    }

    Cargo cargo() {
        return cargo;
    }

    EpollUses uses() {
        return uses;
    }

    /** Whether the loader has zcrx, or is as before; {@code null} if nothing has asked for either. */
    synchronized Boolean known(ClassLoader loader) {
        return decided.get(loader);
    }

    /** The same of the loader that a class of this one may have its Netty from. */
    synchronized Boolean knownAbove(ClassLoader loader) {
        Boolean known = null;
        for (ClassLoader up = loader; up != null && known == null; up = up.getParent()) {
            known = decided.get(up);
        }
        return known;
    }

    /** Has Netty but no epoll: then there is nothing to wait for. */
    boolean lacksEpoll(ClassLoader loader) {
        return path(loader).resource(EPOLL) == null;
    }

    /** Whether the loader has zcrx; it gets it now if nothing is against that. */
    synchronized boolean decide(ClassLoader loader) {
        Boolean before = decided.get(loader);
        if (before != null) {
            return before;
        }
        // What follows may load classes, of this loader as well.
        decided.put(loader, false);
        String refusal;
        try {
            refusal = refusal(loader);
            if (refusal == null) {
                cargo.give(path(loader));
                decided.put(loader, true);
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
            URL own = path.resource(name);
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
        return loader == ClassLoader.getSystemClassLoader() ? "the class path" : loader.getClass().getName();
    }

    /** What we added is in the loader's unnamed module, which a named one of Netty does not read by itself. */
    void letRead(Module netty, ClassLoader loader) {
        if (!netty.isNamed()) {
            return;
        }
        List<Module> read = new ArrayList<>();
        read.add(loader.getUnnamedModule());
        ModuleLayer layer = netty.getLayer();
        if (layer != null) {
            layer.findModule("net.zcrx.transport").ifPresent(read::add);
        }
        instrumentation.redefineModule(netty, Set.copyOf(read), Map.of(), Map.of(), Set.of(), Map.of());
    }

    /** Prints what ran on zcrx, for each loader. */
    void report() {
        List<ClassLoader> given = new ArrayList<>();
        synchronized (this) {
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
                Console.info("report: " + report.getMethod("line").invoke(null));
            } catch (ReflectiveOperationException | LinkageError e) {
                Console.warn("There is no report of " + name(loader) + ": " + e);
            }
        }
    }
}
