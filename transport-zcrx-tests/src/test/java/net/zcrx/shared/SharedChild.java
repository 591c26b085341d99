// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.DomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import net.zcrx.lessons.Child;
import net.zcrx.uring.Native;

/** A child that is one end of connections until it is killed. */
final class SharedChild {
    static final int WRITES = 100;
    static final int WRITE_BYTES = 1000;

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
            case "gateway" -> System.out.println("port=" + Gateway.listen(loops, connect(loops, arguments[1])));
            case "middle" -> serve(loops, new Actor.Forwarder(connect(loops, arguments[1])));
            case "starved" -> {
                Channel last = connect(loops, arguments[1]);
                Channel middle = loops.connect(new Starved(last), new ChannelInboundHandlerAdapter());
                System.out.println("port=" + Gateway.listen(loops, middle));
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

    private static Channel connect(SharedLoops loops, String path) throws InterruptedException {
        return loops.client(new ChannelInboundHandlerAdapter())
                .connect(new DomainSocketAddress(path))
                .sync()
                .channel();
    }

    /** Hands the first that was handed over to it on, by many writes, when it has no descriptor left. */
    private static final class Starved extends ChannelInboundHandlerAdapter {
        private final Channel last;
        private boolean done;

        Starved(Channel last) {
            this.last = last;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            if (!done && !buffer.hasMemoryAddress() && buffer.readableBytes() >= WRITE_BYTES) {
                done = true;
                // A class is loaded from a file, too.
                ByteBuf first = buffer.retainedSlice(0, 1);
                last.writeAndFlush(first);
                List<Integer> fillers = new ArrayList<>();
                for (int fd; (fd = Native.domainSocket()) >= 0; ) {
                    fillers.add(fd);
                }
                for (int i = 0; i < WRITES; i++) {
                    last.writeAndFlush(buffer.retainedSlice(0, WRITE_BYTES));
                }
                fillers.forEach(ControlSocket::close);
            }
            buffer.release();
        }
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
