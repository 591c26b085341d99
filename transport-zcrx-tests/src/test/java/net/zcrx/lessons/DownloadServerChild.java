// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.concurrent.Future;
import java.io.File;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import net.zcrx.file.ZcrxFile;

/** A child: sends a file to whoever sends a byte, as a region or piece by piece from the ring. */
final class DownloadServerChild {
    /** What a download holds of the process's memory, if the ring reads the file. */
    static final int PIECE = 16 * 1024;

    private DownloadServerChild() {}

    /** @param arguments the file, and whether it is sent as a region */
    public static void main(String[] arguments) throws Exception {
        Loops loops = new Loops(1);
        Path file = Path.of(arguments[0]);
        boolean region = Boolean.parseBoolean(arguments[1]);
        Channel listener = loops.server(region ? new Regions(file.toFile()) : new Pieces(file))
                .childOption(ChannelOption.SO_SNDBUF, ManyReaders.SOCKET_BYTES)
                .bind()
                .sync()
                .channel();
        System.out.println("port=" + ((InetSocketAddress) listener.localAddress()).getPort());
        Child.awaitEnd();
        loops.end();
    }

    @Sharable
    private static final class Regions extends SimpleChannelInboundHandler<ByteBuf> {
        private final File file;

        Regions(File file) {
            this.file = file;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf request) {
            ctx.writeAndFlush(new DefaultFileRegion(file, 0, file.length())).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    @Sharable
    private static final class Pieces extends SimpleChannelInboundHandler<ByteBuf> {
        private final Path path;

        Pieces(Path path) {
            this.path = path;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf request) {
            ZcrxFile.open(ctx.channel().eventLoop(), path)
                    .addListener((Future<ZcrxFile> opened) -> send(ctx.channel(), opened.getNow(), 0));
        }

        private void send(Channel channel, ZcrxFile file, long position) {
            ByteBuf piece = channel.alloc().directBuffer(PIECE, PIECE);
            file.read(piece, position).addListener((Future<Integer> read) -> {
                if (read.isSuccess() && read.getNow() > 0) {
                    channel.writeAndFlush(piece).addListener(written -> {
                        if (written.isSuccess()) {
                            send(channel, file, position + read.getNow());
                        } else {
                            file.close();
                        }
                    });
                } else {
                    piece.release();
                    file.close();
                    channel.close();
                }
            });
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
