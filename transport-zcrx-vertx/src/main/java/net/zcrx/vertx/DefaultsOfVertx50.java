// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vertx;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.spi.transport.Transport;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.UndeclaredThrowableException;

/**
 * Two default methods of Vert.x 5.0's interface that 5.1 has replaced: no compiler that sees the newer one lets us call
 * them. Loaded by Vert.x 5.0 alone.
 */
final class DefaultsOfVertx50 {
    private static final MethodHandle CLIENT =
            find(MethodType.methodType(void.class, ClientOptionsBase.class, int.class, boolean.class, Bootstrap.class));
    private static final MethodHandle SERVER =
            find(MethodType.methodType(void.class, NetServerOptions.class, boolean.class, ServerBootstrap.class));

    private DefaultsOfVertx50() {}

    private static MethodHandle find(MethodType type) {
        try {
            return MethodHandles.privateLookupIn(ZcrxVertxTransport.class, MethodHandles.lookup())
                    .findSpecial(Transport.class, "configure", type, ZcrxVertxTransport.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "This version of Vert.x is not one that zcrx was tested with: 5.0 to 5.2.", e);
        }
    }

    static void configure(
            ZcrxVertxTransport transport,
            ClientOptionsBase options,
            int connectTimeout,
            boolean domainSocket,
            Bootstrap bootstrap) {
        try {
            CLIENT.invokeExact(transport, options, connectTimeout, domainSocket, bootstrap);
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    static void configure(
            ZcrxVertxTransport transport, NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
        try {
            SERVER.invokeExact(transport, options, domainSocket, bootstrap);
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    private static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return thrown instanceof RuntimeException e ? e : new UndeclaredThrowableException(thrown);
    }
}
