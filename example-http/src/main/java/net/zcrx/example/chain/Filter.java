// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.chain;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Locale;
import net.zcrx.shared.ZcrxSharedServerChannel;

/** Refuses programs, and passes everything else on. It reads the heads of requests, and no body. */
final class Filter {
    private static final String FORBIDDEN = ".exe";

    private Filter() {}

    public static void main(String[] args) {
        Hop.run("SOCKET NEXT-SOCKET", args, () -> listen(Hop.group(null), args[0], args[1]));
    }

    static Channel listen(EventLoopGroup group, String socket, String next) {
        return new ServerBootstrap()
                .group(group)
                .channel(ZcrxSharedServerChannel.class)
                .childHandler(Hop.http(() -> new Relay(new DomainSocketAddress(next), Filter::objection)))
                .bind(new DomainSocketAddress(socket))
                .syncUninterruptibly()
                .channel();
    }

    private static String objection(HttpRequest request) {
        return request.uri().toLowerCase(Locale.ROOT).endsWith(FORBIDDEN)
                ? "The filter lets no name pass that ends in " + FORBIDDEN + "."
                : null;
    }
}
