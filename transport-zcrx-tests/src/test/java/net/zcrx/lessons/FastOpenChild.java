// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.zcrx.ZcrxSocketChannel;

/** A child in a network of its own, where fast open is on for both sides: connects twice and tells what it saw. */
final class FastOpenChild {
    private FastOpenChild() {}

    public static void main(String[] arguments) throws Exception {
        Loops loops = new Loops(1);
        Channel server = loops.server(new EchoHandler())
                .option(ChannelOption.TCP_FASTOPEN, 16)
                .bind()
                .sync()
                .channel();
        StringBuilder echoes = new StringBuilder();
        // The first connection gets the server's cookie, the others send with their first packet.
        for (int i = 0; i < 3; i++) {
            Recorder recorder = new Recorder() {
                @Override
                public void channelActive(ChannelHandlerContext ctx) throws Exception {
                    super.channelActive(ctx);
                    ByteBuf second = ctx.alloc().directBuffer().writeBytes(new byte[] {'c', 'd'});
                    ctx.writeAndFlush(second);
                }
            };
            ZcrxSocketChannel channel = new ZcrxSocketChannel();
            channel.config().setOption(ChannelOption.TCP_FASTOPEN_CONNECT, true);
            channel.pipeline().addLast(recorder);
            loops.group.register(channel).sync();
            channel.write(Unpooled.wrappedBuffer(new byte[] {'a', 'b'}));
            channel.connect(server.localAddress()).sync();
            echoes.append(new String(recorder.awaitBytes(4), StandardCharsets.US_ASCII));
            channel.close().sync();
        }
        System.out.println("echoes=" + echoes);
        System.out.println("active=" + counter("TCPFastOpenActive"));
        System.out.println("passive=" + counter("TCPFastOpenPassive"));
        server.close().sync();
        loops.end();
    }

    /** A number of this network's kernel statistics. */
    private static String counter(String name) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/net/netstat"));
        List<String> names = List.of(lines.get(0).split(" "));
        return lines.get(1).split(" ")[names.indexOf(name)];
    }
}
