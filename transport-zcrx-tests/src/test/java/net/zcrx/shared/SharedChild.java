// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.DomainSocketAddress;
import net.zcrx.lessons.Child;

/** A child that is one end of connections until it is killed. */
final class SharedChild {
    private SharedChild() {}

    /** @param arguments what it does, and the address that it connects to */
    public static void main(String[] arguments) throws Exception {
        SharedLoops loops = new SharedLoops(1);
        switch (arguments[0]) {
            case "hold" ->
                serve(loops, new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        // It is never released.
                    }

                    @Override
                    public boolean isSharable() {
                        return true;
                    }
                });
            case "echo" -> serve(loops, new SharedChannelTest.Echo());
            case "gateway" -> {
                Channel backend = loops.client(new ChannelInboundHandlerAdapter())
                        .connect(new DomainSocketAddress(arguments[1]))
                        .sync()
                        .channel();
                System.out.println("port=" + Gateway.listen(loops, backend));
            }
            case "middle" -> {
                Channel last = loops.client(new ChannelInboundHandlerAdapter())
                        .connect(new DomainSocketAddress(arguments[1]))
                        .sync()
                        .channel();
                serve(loops, new Actor.Forwarder(last));
            }
            case "connect" -> {
                System.out.println("connects=");
                connectForEver(loops, new DomainSocketAddress(arguments[1]));
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        Child.awaitEnd();
        loops.shutDown();
    }

    private static void serve(SharedLoops loops, ChannelHandler handler) throws InterruptedException {
        Channel server = loops.server(handler).bind().sync().channel();
        System.out.println("address=" + ((DomainSocketAddress) server.localAddress()).path());
    }

    private static void connectForEver(SharedLoops loops, DomainSocketAddress server) throws InterruptedException {
        while (true) {
            Channel[] channels = new Channel[8];
            for (int i = 0; i < channels.length; i++) {
                channels[i] = loops.client(new ChannelInboundHandlerAdapter())
                        .connect(server)
                        .channel();
            }
            for (Channel each : channels) {
                each.close().await();
            }
        }
    }
}
