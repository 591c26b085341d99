// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.chain;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import net.zcrx.shared.ZcrxSharedServerChannel;

/** Writes the bodies of PUT requests to files of one directory. */
final class Store {
    private Store() {}

    public static void main(String[] args) {
        Hop.run("SOCKET DIRECTORY", args, () -> {
            Path directory = Files.createDirectories(Path.of(args[1]));
            return listen(Hop.group(null), args[0], directory);
        });
    }

    static Channel listen(EventLoopGroup group, String socket, Path directory) {
        return new ServerBootstrap()
                .group(group)
                .channel(ZcrxSharedServerChannel.class)
                .childHandler(Hop.http(() -> new Uploads(directory)))
                .bind(new DomainSocketAddress(socket))
                .syncUninterruptibly()
                .channel();
    }
}
