// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.DomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import net.zcrx.memory.MemoryFile;
import net.zcrx.uring.Errno;
import net.zcrx.uring.Native;

/** A child that has few descriptors, or another user. */
final class LimitsChild {
    private static final int MOST_FREE = 6;
    private static final int TIMEOUT_MILLIS = 500;

    private final SharedLoops loops = new SharedLoops(1);
    private final List<Integer> fillers = new ArrayList<>();
    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

    @ChannelHandler.Sharable
    private final class Victim extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failures.add(cause);
        }
    }

    /** @param arguments nothing, or addresses of servers, each with whether any user is right */
    public static void main(String[] arguments) throws Exception {
        LimitsChild child = new LimitsChild();
        if (arguments.length == 0) {
            child.connectWithFewDescriptors();
        }
        for (int i = 0; i < arguments.length; i += 2) {
            child.connect(new DomainSocketAddress('\0' + arguments[i]), Boolean.parseBoolean(arguments[i + 1]));
        }
        child.loops.shutDown();
    }

    private void connect(DomainSocketAddress server, boolean anyUser) throws Exception {
        ChannelFuture connected = loops.client(new Victim())
                .option(ZcrxSharedChannelConfig.ANY_USER, anyUser)
                .connect(server)
                .await();
        System.out.println("outcome=" + connected.cause());
        connected.channel().close().sync();
    }

    private void connectWithFewDescriptors() throws Exception {
        Channel server = loops.server(new Victim()).bind().sync().channel();
        DomainSocketAddress address = (DomainSocketAddress) server.localAddress();
        Witness witness = new Witness(loops, 1);
        witness.look();
        Bootstrap client = loops.client(new Victim()).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, TIMEOUT_MILLIS);
        client.connect(address).sync().channel().close().sync();
        try (Liar liar = Liar.client(address)) {
            MemoryFile file = MemoryFile.create(4096, 0);
            file.sealWrites();
            int descriptors = LiarTest.descriptors();
            // A class is loaded from a file, too.
            Errno.describe(Errno.EMFILE);
            fill();
            liar.control.send(Message.of(Message.AREA, 1, 4096, file.fd()));
            System.out.println("area=" + failures.poll(SharedLoops.SECONDS, TimeUnit.SECONDS));
            loops.letRun();
            fill();
            for (int free = 0; free <= MOST_FREE; free++) {
                free(free);
                System.out.println("free" + free + "=" + connectOnce(client, address));
                fill();
                witness.look();
            }
            free(fillers.size());
            loops.await("descriptors closed", () -> LiarTest.descriptors() <= descriptors);
            file.close();
        }
        witness.look();
        System.out.println("end=" + connectOnce(client, address));
    }

    private static Throwable connectOnce(Bootstrap client, DomainSocketAddress address) throws InterruptedException {
        ChannelFuture connected = client.connect(address).await();
        connected.channel().close().await();
        return connected.cause();
    }

    private void fill() {
        for (int fd; (fd = Native.domainSocket()) >= 0; ) {
            fillers.add(fd);
        }
    }

    private void free(int count) {
        for (int i = 0; i < count; i++) {
            ControlSocket.close(fillers.remove(fillers.size() - 1));
        }
    }
}
