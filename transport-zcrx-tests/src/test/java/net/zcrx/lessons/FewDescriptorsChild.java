// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A child: an echo server. It is run with room for few descriptors. */
final class FewDescriptorsChild {
    private FewDescriptorsChild() {}

    public static void main(String[] arguments) throws Exception {
        Loops loops = new Loops(1);
        Channel server = loops.server(new EchoHandler())
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                        System.out.println("error=" + cause.getMessage());
                        ctx.fireExceptionCaught(cause);
                    }
                })
                .bind()
                .sync()
                .channel();
        // Without descriptors Java cannot load classes either: what will be needed is used once before.
        server.pipeline().fireExceptionCaught(new IOException("of the child"));
        loops.letRun();
        server.config().setAutoRead(true);
        InetSocketAddress address = (InetSocketAddress) server.localAddress();
        try (Socket client = new Socket(address.getAddress(), address.getPort())) {
            client.getOutputStream().write(1);
            client.getInputStream().read();
        }
        loops.awaitAllReturned();
        Class.forName(Child.class.getName());
        System.out.println("port=" + ((InetSocketAddress) server.localAddress()).getPort());
        Child.awaitEnd();
        server.close().sync();
        loops.end();
    }
}
