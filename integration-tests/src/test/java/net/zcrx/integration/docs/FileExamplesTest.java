// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.docs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;
import net.zcrx.file.ZcrxFile;
import net.zcrx.file.ZcrxFileSink;
import net.zcrx.servers.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/files.md, which quotes from here. */
class FileExamplesTest {
    private static final InetSocketAddress ADDRESS = new InetSocketAddress("127.0.0.1", 0);
    private static final int SECONDS = 30;

    private final ZcrxEventLoopGroup group = new ZcrxEventLoopGroup(1);
    private final CompletableFuture<Path> stored = new CompletableFuture<>();

    @TempDir
    Path directory;

    @AfterEach
    void end() throws Exception {
        group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).get(SECONDS, TimeUnit.SECONDS);
    }

    /** Stores what each connection sends in a file of its own. */
    private final class Uploads extends ChannelInitializer<ZcrxSocketChannel> {
        @Override
        protected void initChannel(ZcrxSocketChannel channel) {
            channel.config().setAutoRead(false);
            Path path = directory.resolve(channel.id().asLongText());
            ZcrxFile.open(channel.eventLoop(), path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
                    .addListener((Future<ZcrxFile> opened) -> {
                        if (opened.isSuccess()) {
                            store(channel, opened.getNow());
                        } else {
                            channel.close();
                        }
                    });
        }

        private void store(Channel channel, ZcrxFile file) {
            ZcrxFileSink sink = new ZcrxFileSink(file);
            sink.written().addListener(end -> {
                channel.close();
                file.close().addListener(closed -> done(file, end));
            });
            channel.pipeline().addLast(sink);
            channel.config().setAutoRead(true);
        }
    }

    private void done(ZcrxFile file, Future<?> end) {
        if (end.isSuccess()) {
            stored.complete(file.path());
        } else {
            stored.completeExceptionally(end.cause());
        }
    }

    @Test
    void shouldStoreUpload() throws Exception {
        byte[] data = new byte[5 << 20];
        new Random(1).nextBytes(data);
        Channel server = new ServerBootstrap()
                .group(group)
                .channel(ZcrxServerSocketChannel.class)
                .childHandler(new Uploads())
                .bind(ADDRESS)
                .sync()
                .channel();
        InetSocketAddress address = (InetSocketAddress) server.localAddress();
        try (Socket client = new Socket(address.getAddress(), address.getPort())) {
            client.getOutputStream().write(data);
        }
        assertArrayEquals(data, Files.readAllBytes(Await.result(stored)));
    }

    @Test
    void shouldReadFile() throws Exception {
        EventLoop eventLoop = group.next();
        Path path = Files.writeString(directory.resolve("greeting"), "Hello World");
        CompletableFuture<String> read = new CompletableFuture<>();
        ByteBuf target = Unpooled.directBuffer(1024);

        ZcrxFile file = ZcrxFile.open(eventLoop, path).get();
        file.read(target, 6).addListener((Future<Integer> bytes) -> {
            read.complete(target.toString(StandardCharsets.UTF_8));
            target.release();
            file.close();
        });

        assertEquals("World", Await.result(read));
    }
}
