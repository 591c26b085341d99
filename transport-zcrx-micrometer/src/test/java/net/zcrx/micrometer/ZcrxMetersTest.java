// SPDX-License-Identifier: Apache-2.0
package net.zcrx.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;
import net.zcrx.ZcrxSocketChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ZcrxMetersTest {
    private static final int SECONDS = 60;
    private static final int MIB = 1 << 20;

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final BlockingQueue<ByteBuf> held = new LinkedBlockingQueue<>();
    private EventLoopGroup group;

    private static ZcrxIoHandlerConfig config() {
        return new ZcrxIoHandlerConfig().mode(ZcrxMode.COPY).areaBytes(MIB);
    }

    @AfterEach
    void end() {
        held.forEach(ByteBuf::release);
        if (group != null) {
            shutDown();
        }
    }

    private void shutDown() {
        assertTrue(
                group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).awaitUninterruptibly(SECONDS, TimeUnit.SECONDS));
    }

    @Test
    void shouldHaveOneMeterForEachMetric() {
        ZcrxEventLoopGroup loops = new ZcrxEventLoopGroup(1, config());
        group = loops;
        new ZcrxMeters(loops).bindTo(registry);
        long metrics = Arrays.stream(ZcrxMetrics.class.getMethods())
                .filter(method -> method.getReturnType() == long.class && method.getParameterCount() == 0)
                .count();
        long modes = ZcrxMode.values().length - 1;
        assertEquals(metrics + modes, registry.getMeters().size());
        for (Meter meter : registry.getMeters()) {
            assertNotNull(meter.getId().getBaseUnit(), () -> meter.getId() + " has no unit.");
            assertNotNull(meter.getId().getDescription(), () -> meter.getId() + " has no description.");
            assertTrue(meter.getId().getName().startsWith("zcrx."), meter.getId()::getName);
        }
    }

    @Test
    void shouldHaveKindsAndUnits() {
        ZcrxEventLoopGroup loops = new ZcrxEventLoopGroup(1, config());
        group = loops;
        new ZcrxMeters(loops).bindTo(registry);
        Set<String> gauges = registry.getMeters().stream()
                .filter(Gauge.class::isInstance)
                .map(meter -> meter.getId().getName() + " " + meter.getId().getBaseUnit())
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(
                Set.of(
                        "zcrx.area.bytes bytes",
                        "zcrx.file.pending operations",
                        "zcrx.shared.out.bytes bytes",
                        "zcrx.held.buffers buffers",
                        "zcrx.held.bytes bytes",
                        "zcrx.held.fragments fragments",
                        "zcrx.held.pages pages",
                        "zcrx.loops loops",
                        "zcrx.resident.bytes bytes"),
                gauges);
        registry.getMeters().stream()
                .filter(meter -> !(meter instanceof Gauge))
                .forEach(meter -> assertTrue(meter instanceof FunctionCounter, meter.getId()::toString));
        assertEquals("bytes", received("copied").getId().getBaseUnit());
        assertEquals("bytes", received("zero_copy").getId().getBaseUnit());
        assertEquals(
                "buffers",
                registry.get("zcrx.off.loop.returns").functionCounter().getId().getBaseUnit());
    }

    @Test
    void shouldTellWhatLoopsReceiveAndKeepItWhenTheyHaveEnded() throws Exception {
        ZcrxEventLoopGroup loops = new ZcrxEventLoopGroup(2, config());
        group = loops;
        new ZcrxMeters(loops).bindTo(registry);
        receive(new byte[7]);
        receive(new byte[7]);
        assertEquals(14, received("copied").count());
        assertEquals(0, received("zero_copy").count());
        assertEquals(2, gauge("zcrx.held.buffers"));
        assertEquals(14, gauge("zcrx.held.bytes"));
        assertEquals(2 * MIB, gauge("zcrx.area.bytes"));
        assertEquals(2, loops(ZcrxMode.COPY));
        assertEquals(0, loops(ZcrxMode.ZERO_COPY));
        shutDown();
        assertEquals(14, received("copied").count());
        assertEquals(0, loops(ZcrxMode.COPY));
        held.poll().release();
        held.poll().release();
        assertEquals(14, received("copied").count());
        assertEquals(0, gauge("zcrx.held.buffers"));
        assertEquals(0, gauge("zcrx.area.bytes"));
    }

    @Test
    void shouldHaveTagsOfTheUser() {
        ZcrxIoHandlerFactory factory = ZcrxIoHandler.newFactory(config());
        group = new MultiThreadIoEventLoopGroup(1, factory);
        new ZcrxMeters(factory, Tags.of("group", "first")).bindTo(registry);
        for (Meter meter : registry.getMeters()) {
            assertEquals("first", meter.getId().getTag("group"), meter.getId()::toString);
        }
    }

    @Test
    void shouldTellAsLongAsLoopsRunThoughNobodyElseHasTheirFactory() throws Exception {
        WeakReference<ZcrxIoHandlerFactory> factory = bindFactory();
        receive(new byte[7]);
        // What only weak references lead to is gone when something that was made later is.
        awaitCollected(new WeakReference<>(new Object()));
        assertNotNull(factory.get(), "The loops must keep it.");
        assertEquals(7, received("copied").count());
        assertEquals(1, loops(ZcrxMode.COPY));
    }

    @Test
    void shouldNotKeepLoopsThatHaveEnded() throws Exception {
        WeakReference<ZcrxIoHandlerFactory> factory = bindFactory();
        receive(new byte[7]);
        assertEquals(7, received("copied").count());
        held.poll().release();
        shutDown();
        group = null;
        awaitCollected(factory);
        assertEquals(7, received("copied").count());
    }

    private WeakReference<ZcrxIoHandlerFactory> bindFactory() {
        ZcrxIoHandlerFactory factory = ZcrxIoHandler.newFactory(config());
        group = new MultiThreadIoEventLoopGroup(1, factory);
        new ZcrxMeters(factory).bindTo(registry);
        return new WeakReference<>(factory);
    }

    private static void awaitCollected(WeakReference<?> reference) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (reference.get() != null) {
            assertFalse(System.nanoTime() - deadline > 0, "It is kept.");
            System.gc();
            Thread.sleep(10);
        }
    }

    private FunctionCounter received(String kind) {
        return registry.get("zcrx.received.bytes").tag("kind", kind).functionCounter();
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }

    private double loops(ZcrxMode mode) {
        return registry.get("zcrx.loops").tag("mode", mode.name()).gauge().value();
    }

    /** By a new connection, whose buffer is held. */
    private void receive(byte[] data) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int before = held.size();
            Channel channel = new Bootstrap()
                    .group(group)
                    .channel(ZcrxSocketChannel.class)
                    .handler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext context, Object message) {
                            held.add((ByteBuf) message);
                        }
                    })
                    .connect(listener.getLocalSocketAddress())
                    .sync()
                    .channel();
            try (Socket peer = listener.accept()) {
                peer.getOutputStream().write(data);
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
                while (held.size() == before) {
                    assertFalse(System.nanoTime() - deadline > 0, "Nothing was received.");
                    Thread.sleep(1);
                }
            }
            channel.close().sync();
            // What is counted at a pass's end has been counted when the loop runs a later timer.
            channel.eventLoop().submit(() -> {}).sync();
            channel.eventLoop().schedule(() -> {}, 1, TimeUnit.MILLISECONDS).sync();
        }
    }
}
