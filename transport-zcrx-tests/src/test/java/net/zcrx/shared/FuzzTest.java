// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.DomainSocketAddress;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import net.zcrx.memory.Area;
import net.zcrx.memory.MemoryFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A process that writes anything anywhere: into the memory of its connection, and to its socket; beside two connections
 * of the same loops whose bytes are compared. {@code -Dzcrx.shared.fuzz.seconds=N} goes on for longer, {@code
 * -Dzcrx.shared.fuzz.seed=S} begins with a certain seed.
 */
class FuzzTest {
    private static final long SECONDS = Long.getLong("zcrx.shared.fuzz.seconds", 3);
    private static final long FIRST_SEED = Long.getLong("zcrx.shared.fuzz.seed", 1);
    private static final int MOST_STEPS = 200;
    private static final int AREA_BYTES = 1 << 16;

    @RegisterExtension
    final SharedLoops loops = new SharedLoops(2);

    private final BlockingQueue<Channel> active = new LinkedBlockingQueue<>();

    /**
     * Reads each byte, sends it back, and now and then keeps some; it is told of nothing that is no exception of ours.
     */
    @ChannelHandler.Sharable
    private final class Victim extends ChannelInboundHandlerAdapter {
        private final BlockingQueue<Throwable> surprises = new LinkedBlockingQueue<>();

        @Override
        public void channelActive(ChannelHandlerContext context) {
            active.add(context.channel());
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            buffer.forEachByte(each -> true);
            if ((buffer.readableBytes() & 3) == 0) {
                context.executor().schedule(() -> buffer.release(), 1, TimeUnit.MILLISECONDS);
            } else if (context.channel().isWritable()) {
                context.writeAndFlush(buffer);
            } else {
                buffer.release();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (!(cause instanceof java.io.IOException)) {
                surprises.add(cause);
            }
        }
    }

    @Test
    void shouldEndureAnything() throws Exception {
        Victim victim = new Victim();
        DomainSocketAddress address = (DomainSocketAddress)
                loops.server(victim).bind().sync().channel().localAddress();
        Witness[] witnesses = {new Witness(loops, 1), new Witness(loops, 2)};
        for (Witness each : witnesses) {
            each.look();
        }
        int descriptors = LiarTest.descriptors();
        long mapped = Area.mappedBytes();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        long seed = FIRST_SEED;
        try {
            for (; System.nanoTime() - end < 0; seed++) {
                play(address, new Random(seed));
                witnesses[(int) (seed & 1)].look();
                assertTrue(victim.surprises.isEmpty(), () -> "" + victim.surprises);
            }
            loops.await("descriptors closed", () -> LiarTest.descriptors() <= descriptors);
            loops.await("memory unmapped", () -> Area.mappedBytes() <= mapped);
        } catch (Exception | Error e) {
            throw new AssertionError("Play it again by -Dzcrx.shared.fuzz.seed=" + seed, e);
        }
    }

    private void play(DomainSocketAddress address, Random random) throws Exception {
        try (Liar liar = Liar.client(address)) {
            Channel channel = active.poll(SharedLoops.SECONDS, TimeUnit.SECONDS);
            int[] areas = new int[1];
            int steps = 1 + random.nextInt(MOST_STEPS);
            for (int i = 0; i < steps && channel.isActive(); i++) {
                step(liar, random, areas);
                if (random.nextInt(20) == 0) {
                    channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[random.nextInt(40_000)]));
                }
            }
            if (random.nextBoolean()) {
                liar.word(Layout.state(liar.side), random.nextInt(4));
            }
            liar.end();
            assertTrue(channel.closeFuture().await(SharedLoops.SECONDS, TimeUnit.SECONDS), "The connection goes on.");
        }
    }

    /**
     * Mostly what is right, so that what is wrong comes at all moments.
     *
     * @param areas how many there are
     */
    private static void step(Liar liar, Random random, int[] areas) throws Exception {
        switch (random.nextInt(40)) {
            case 0 -> liar.word(random.nextInt(Layout.data(0) / 4) * 4, number(random));
            case 1 -> liar.segment.put(random.nextInt(Layout.slots(0) / 4) * 4, number(random));
            case 2 -> liar.publish(number(random), number(random), number(random), number(random));
            case 3 -> message(liar, random);
            case 4, 5 -> area(liar, areas);
            case 6 -> liar.word(Layout.head(liar.side), liar.otherTail());
            case 7 ->
                liar.word(random.nextBoolean() ? Layout.asleep(liar.side) : Layout.waiting(liar.side), odd(random));
            case 8, 9, 10, 11 -> giveBack(liar);
            case 12 -> Thread.sleep(0, 1000);
            default -> data(liar, random, areas);
        }
    }

    private static int odd(Random random) {
        return random.nextInt() | 1;
    }

    private static int number(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextInt();
            case 1 -> random.nextInt(Layout.RING * 2) - Layout.RING / 2;
            case 2 -> random.nextInt(4) - 1;
            case 3 -> Integer.MAX_VALUE - random.nextInt(3);
            default -> random.nextInt(Layout.BYTES + 100);
        };
    }

    private static void data(Liar liar, Random random, int[] areas) {
        if (areas[0] == 0 || random.nextBoolean()) {
            int token = random.nextInt(Layout.SLOTS);
            int offset = random.nextInt(Layout.SLOT_BYTES - 1);
            int length = 1 + random.nextInt(Layout.SLOT_BYTES - offset);
            liar.publish(0, Layout.slots(liar.side) + token * Layout.SLOT_BYTES + offset, length, token);
        } else {
            int offset = random.nextInt(AREA_BYTES - 1);
            int length = 1 + random.nextInt(Math.min(AREA_BYTES / 4, AREA_BYTES - offset));
            liar.publish(1 + random.nextInt(areas[0]), offset, length, Layout.SLOTS + random.nextInt(Layout.RING));
        }
    }

    /** All tokens that there are, and in order. */
    private static void giveBack(Liar liar) {
        int tail = liar.otherTail();
        for (int i = Math.max(0, tail - Layout.RING); i < tail; i++) {
            int place = i & Layout.RING - 1;
            liar.segment.put(
                    Layout.returns(liar.side) + place * Integer.BYTES,
                    liar.segment.get(Layout.data(1 - liar.side) + place * Layout.ENTRY_BYTES + Layout.ENTRY_TOKEN));
        }
        liar.word(Layout.returned(liar.side), tail);
    }

    private static void area(Liar liar, int[] areas) throws Exception {
        MemoryFile file = MemoryFile.create(AREA_BYTES, 0);
        file.sealWrites();
        if (liar.control.send(Message.of(Message.AREA, areas[0] + 1, AREA_BYTES, file.fd()))) {
            areas[0]++;
        }
        file.close();
    }

    private static void message(Liar liar, Random random) {
        int[] descriptors = new int[random.nextInt(6)];
        liar.control.send(new Message(
                random.nextInt(10) == 0 ? random.nextInt() : Message.VERSION,
                random.nextInt(Message.FORGET + 2),
                number(random),
                random.nextBoolean() ? number(random) : random.nextLong(),
                descriptors.length > Message.MAX_DESCRIPTORS ? new int[0] : descriptors));
    }
}
