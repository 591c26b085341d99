// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Keeps what a channel receives and is told, for the test's thread to look at. */
class Recorder extends ChannelInboundHandlerAdapter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<Object> events = new ArrayList<>();
    private final List<Integer> lengths = new ArrayList<>();

    /** On one connection after the other. */
    @Override
    public boolean isSharable() {
        return true;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        record((ByteBuf) message);
        ((ByteBuf) message).release();
    }

    final synchronized void record(ByteBuf buffer) {
        byte[] copy = new byte[buffer.readableBytes()];
        buffer.getBytes(buffer.readerIndex(), copy);
        bytes.writeBytes(copy);
        lengths.add(copy.length);
        notifyAll();
    }

    final synchronized void event(Object event) {
        events.add(event);
        notifyAll();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        event("active");
        ctx.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        event("inactive");
    }

    @Override
    public void channelUnregistered(ChannelHandlerContext ctx) {
        event("unregistered");
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        event(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        event(cause);
    }

    /** All bytes received until now. */
    final synchronized byte[] received() {
        return bytes.toByteArray();
    }

    /** The length of each buffer received until now. */
    final synchronized List<Integer> lengths() {
        return List.copyOf(lengths);
    }

    /** Everything else that the channel was told until now, in order. */
    final synchronized List<Object> events() {
        return List.copyOf(events);
    }

    final byte[] awaitBytes(int count) throws InterruptedException {
        await(count + " bytes", () -> bytes.size() >= count);
        return received();
    }

    final void awaitBuffers(int count) throws InterruptedException {
        await(count + " buffers", () -> lengths.size() >= count);
    }

    final void awaitEvent(Object event) throws InterruptedException {
        await("the event " + event, () -> events.contains(event));
    }

    /** An event of a class, exceptions among them. */
    final <T> T awaitEvent(Class<T> type) throws InterruptedException {
        await("an event of " + type, () -> events.stream().anyMatch(type::isInstance));
        return events().stream()
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElseThrow();
    }

    private synchronized void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Loops.SECONDS);
        while (!condition.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            assertTrue(left > 0, () -> "No " + what + "; " + bytes.size() + " bytes received, and told: " + events);
            wait(left);
        }
    }
}
