// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import java.io.File;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.zcrx.differential.Reaction.Callback;

/** The channel that a sequence is about: does the user's actions, and records what comes of them. */
final class Subject {
    /** More than the two sockets of a connection hold. */
    static final int BIG = 3 * 1024 * 1024;

    private static final int FIRST_OF_REACTIONS = 100;
    private static final int FIRST_OF_LISTENERS = 200;

    /** A user's exception. */
    static final class ThrownByUser extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    final Trace trace = new Trace();
    final Queue<ChannelFuture> futures = new ConcurrentLinkedQueue<>();
    final Queue<Written> written = new ConcurrentLinkedQueue<>();
    final RejectingExecutor executor;
    private final Rig rig;
    private final Targets targets;
    private final Map<Callback, List<Op>> reactions = new EnumMap<>(Callback.class);
    private final AtomicInteger calls = new AtomicInteger();
    private volatile Channel channel;
    private volatile ChannelPromise connect;
    private volatile boolean uncertain;
    private volatile int writesByListener;

    /** A buffer or region that the user has written. */
    record Written(ReferenceCounted message, ChannelPromise promise) {}

    /** Where a channel connects to. */
    record Targets(SocketAddress listening, SocketAddress refusing, SocketAddress unanswering, File file) {}

    Subject(Rig rig, Targets targets, Scenario scenario) {
        this.rig = rig;
        this.targets = targets;
        this.executor = scenario.executor() ? new RejectingExecutor() : null;
        scenario.reactions()
                .forEach(reaction -> reactions
                        .computeIfAbsent(reaction.callback(), callback -> new ArrayList<>())
                        .add(reaction.op()));
    }

    @SuppressWarnings("deprecation") // Handlers on executors of their own: users have them.
    void begin(Channel newChannel) {
        channel = newChannel;
        channel.closeFuture().addListener(future -> trace.add("closeFuture" + flags(channel)));
        channel.pipeline().addLast(executor, new RecordingHandler(this));
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            /** Once the first handler is removed: a connection that nobody takes would stay open. */
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                if (message instanceof SocketChannel) {
                    ((SocketChannel) message).unsafe().closeForcibly();
                }
                ReferenceCountUtil.release(message);
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                trace.noteFault("exception " + nameOf(cause));
            }
        });
    }

    Channel channel() {
        return channel;
    }

    /** Whether the peer can tell for sure how many bytes it has to receive. */
    boolean isCertain() {
        return !uncertain;
    }

    /** In a callback: does what the scenario says, the first time that it is called. */
    void react(Callback callback) throws Exception {
        // Not counted as the others, as it may come before or after one of them.
        String number = "#" + (FIRST_OF_REACTIONS + callback.ordinal());
        List<Op> ops;
        synchronized (reactions) {
            ops = reactions.remove(callback);
        }
        if (ops != null) {
            for (Op op : ops) {
                if (op.kind() == Op.Kind.THROW) {
                    throw thrown(op.arg());
                }
                actAndRecord(op, op.kind() + number);
            }
        }
    }

    private static Exception thrown(int kind) {
        switch (kind) {
            case 1:
                throw new AssertionError("a user's");
            case 2:
                throw new OutOfMemoryError("a user's");
            case 3:
                throw new StackOverflowError("a user's");
            case 4:
                return new java.io.IOException("a user's");
            default:
                return new ThrownByUser();
        }
    }

    /** Does an action of the user's; what it throws is recorded. */
    void act(Op op) {
        actAndRecord(op, op.kind() + "#" + calls.incrementAndGet());
    }

    private void actAndRecord(Op op, String name) {
        try {
            act(op, name);
        } catch (Throwable e) {
            trace.add(name + " throws " + nameOf(e));
        }
    }

    private void act(Op op, String name) {
        switch (op.kind()) {
            case REGISTER -> register(name, rig.loop());
            case REGISTER_ELSEWHERE -> register(name, rig.otherThan(lastLoop()));
            case BIND -> channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), promise(name, null));
            case READ -> channel.read();
            case AUTO_READ -> channel.config().setAutoRead(op.arg() != 0);
            case DEREGISTER -> channel.deregister(promise(name, Callback.DEREGISTERED));
            case CLOSE -> channel.close(promise(name, Callback.CLOSED));
            case DISCONNECT -> channel.disconnect(promise(name, null));
            case CLOSE_FORCIBLY -> {
                channel.unsafe().closeForcibly();
                trace.add(name + " done");
            }
            case USER_EVENT -> channel.pipeline().fireUserEventTriggered("");
            case REMOVE_HANDLER -> channel.pipeline().remove(RecordingHandler.class);
            case SHUT_DOWN_GROUP ->
                rig.group.shutdownGracefully(op.arg(), op.arg() == 0 ? 0 : 2_000, TimeUnit.MILLISECONDS);
            case REJECT -> executor.setFull(true);
            case THROW -> throw new ThrownByUser();
            default -> actOnConnection(op, name);
        }
    }

    private EventLoop lastLoop() {
        try {
            return channel.eventLoop();
        } catch (IllegalStateException e) {
            // It was on none yet.
            return rig.loop();
        }
    }

    private void actOnConnection(Op op, String name) {
        switch (op.kind()) {
            case CONNECT -> connect(name, targets.listening());
            case CONNECT_REFUSED -> connect(name, targets.refusing());
            case CONNECT_UNANSWERED -> connect(name, targets.unanswering());
            case CANCEL_CONNECT -> {
                ChannelPromise promise = connect;
                if (promise != null) {
                    trace.add(name + " " + promise.cancel(false));
                }
            }
            case WRITE -> write(name, op.arg(), false);
            case FLUSH -> channel.flush();
            case WRITE_AND_FLUSH -> write(name, op.arg(), true);
            case REGION -> written(name, op.arg(), new DefaultFileRegion(targets.file(), 0, op.arg()));
            case FOREIGN_REGION -> written(name, op.arg(), new ForeignRegion(new byte[op.arg()], 0, false));
            case SLOW_REGION -> written(name, op.arg(), new ForeignRegion(new byte[op.arg()], 1, false));
            case BAD_REGION -> written(name, op.arg(), new ForeignRegion(new byte[op.arg()], 0, true));
            case WRITE_AGAIN_BY_LISTENER -> writesByListener = op.arg();
            case HALF_CLOSURE -> ((SocketChannelConfig) channel.config()).setAllowHalfClosure(op.arg() != 0);
            case SHUTDOWN_INPUT -> ((SocketChannel) channel).shutdownInput(promise(name, null));
            case SHUTDOWN_OUTPUT -> ((SocketChannel) channel).shutdownOutput(promise(name, null));
            case SHUTDOWN -> ((SocketChannel) channel).shutdown(promise(name, null));
            default -> throw new IllegalArgumentException(op.toString());
        }
    }

    private void connect(String name, SocketAddress target) {
        ChannelPromise promise = promise(name, Callback.CONNECTED);
        connect = promise;
        channel.connect(target, promise);
    }

    private void write(String name, int bytes, boolean flush) {
        byte[] data = new byte[bytes];
        int seed = name.hashCode();
        for (int i = 0; i < bytes; i++) {
            data[i] = (byte) (seed + i * 31);
        }
        uncertain |= bytes >= BIG;
        ByteBuf buffer = Unpooled.directBuffer(bytes).writeBytes(data);
        ChannelPromise promise = promise(name, Callback.WRITTEN);
        written.add(new Written(buffer, promise));
        promise.addListener(done -> writeAgain());
        if (flush) {
            channel.writeAndFlush(buffer, promise);
        } else {
            channel.write(buffer, promise);
        }
    }

    private void written(String name, int bytes, ReferenceCounted message) {
        uncertain |= bytes >= BIG;
        ChannelPromise promise = promise(name, Callback.WRITTEN);
        written.add(new Written(message, promise));
        channel.writeAndFlush(message, promise);
    }

    private void writeAgain() {
        if (writesByListener > 0) {
            writesByListener--;
            actAndRecord(new Op(Op.Kind.WRITE_AND_FLUSH, 100), "WRITE_AND_FLUSH#" + FIRST_OF_LISTENERS);
        }
    }

    /**
     * A promise whose end is recorded. Its listener is there before the action begins, which may end on another thread.
     */
    private ChannelPromise promise(String name, Callback listener) {
        return watch(name, channel.newPromise(), listener);
    }

    private ChannelPromise watch(String name, ChannelPromise promise, Callback listener) {
        futures.add(promise);
        promise.addListener(done ->
                trace.addResult(name + (done.isSuccess() ? " ok" : " " + nameOf(done.cause())), done.cause()));
        if (listener != null) {
            promise.addListener(done -> react(listener));
        }
        return promise;
    }

    private void register(String name, EventLoop loop) {
        loop.register(watch(name, new DefaultChannelPromise(channel, loop), null));
    }

    /** Open, active, registered. */
    static String flags(Channel channel) {
        return " [" + (channel.isOpen() ? "o" : "-") + (channel.isActive() ? "a" : "-")
                + (channel.isRegistered() ? "r" : "-") + "]";
    }

    static String addresses(Channel channel) {
        return " " + text(channel.localAddress()) + " to " + text(channel.remoteAddress());
    }

    /** Ports are others each time. */
    private static String text(SocketAddress address) {
        if (!(address instanceof InetSocketAddress)) {
            return String.valueOf(address);
        }
        InetSocketAddress inet = (InetSocketAddress) address;
        return inet.getHostString() + (inet.getPort() == 0 ? ":0" : ":port");
    }

    /** The state of the channel between two steps. */
    String state() {
        Channel now = channel;
        StringBuilder text = new StringBuilder("state" + flags(now) + addresses(now));
        if (now.isWritable()) {
            text.append(" writable");
        }
        if (now instanceof SocketChannel) {
            SocketChannel connection = (SocketChannel) now;
            text.append(connection.isInputShutdown() ? " input shut" : "")
                    .append(connection.isOutputShutdown() ? " output shut" : "")
                    .append(connection.isShutdown() ? " shut" : "");
        }
        return text.toString();
    }

    /** The first class that is public, as users know it; many of Netty's are private to it. */
    static String nameOf(Throwable cause) {
        Class<?> type = cause.getClass();
        while (!Modifier.isPublic(type.getModifiers()) && type != ThrownByUser.class) {
            type = type.getSuperclass();
        }
        // Netty has some without a stack, for speed.
        return type.getSimpleName().replace("Stackless", "");
    }
}
