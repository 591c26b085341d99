// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent;

import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;

/** Looks at each class before it is defined, and hands out a facade where it is a class of epoll's. */
final class FacadeTransformer implements ClassFileTransformer {
    private static final String NETTY = "io/netty/";
    private static final String EPOLL = "io/netty/channel/epoll/";
    private static final String IO_URING = "io/netty/channel/uring/IoUring";

    private final Loaders loaders;

    FacadeTransformer(Loaders loaders) {
        this.loaders = loaders;
    }

    @Override
    public byte[] transform(
            Module module, ClassLoader loader, String name, Class<?> old, ProtectionDomain domain, byte[] bytes) {
        if (loader == null || name == null || old != null || loader == ClassLoader.getPlatformClassLoader()) {
            return null;
        }
        try {
            return transform(module, loader, name, bytes);
        } catch (RuntimeException | Error e) {
            // The JVM would swallow it.
            Console.warn("The class " + name.replace('/', '.') + " is left as it is: " + e);
            return null;
        }
    }

    private byte[] transform(Module module, ClassLoader loader, String name, byte[] bytes) {
        if (!name.startsWith(NETTY)) {
            loaders.uses().look(loader, name, bytes, loaders.knownAbove(loader));
            return null;
        }
        if (name.startsWith(EPOLL)) {
            byte[] facade = loaders.cargo().facade(name);
            if (facade == null || !loaders.decide(loader)) {
                return null;
            }
            loaders.letRead(module, loader);
            loaders.countFacade();
            return facade;
        }
        if (name.equals(IO_URING)) {
            if (!loaders.decide(loader)) {
                return null;
            }
            loaders.letRead(module, loader);
            return IoUringClass.hiding(bytes);
        }
        loaders.seeNetty(loader);
        return null;
    }
}
