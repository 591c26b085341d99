// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import net.zcrx.ZcrxMemoryEvent;
import net.zcrx.differential.Reaction.Callback;

/** The user's only handler: records each callback, with the channel's state in it, and reacts as the scenario says. */
final class RecordingHandler extends ChannelInboundHandlerAdapter {
    private final Subject subject;
    private long received;
    /** A read since the last channelReadComplete: epoll calls it now and then without one. */
    private boolean readSome;

    RecordingHandler(Subject subject) {
        this.subject = subject;
    }

    private void record(ChannelHandlerContext ctx, String event, Callback callback) throws Exception {
        Channel channel = ctx.channel();
        String thread = ctx.executor().inEventLoop() ? "" : " on another thread";
        subject.trace.add(event + Subject.flags(channel) + thread);
        subject.react(callback);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        record(ctx, "added", Callback.HANDLER_ADDED);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) throws Exception {
        record(ctx, "removed", Callback.HANDLER_REMOVED);
    }

    @Override
    public void channelRegistered(ChannelHandlerContext ctx) throws Exception {
        record(ctx, "registered", Callback.REGISTERED);
    }

    @Override
    public void channelUnregistered(ChannelHandlerContext ctx) throws Exception {
        record(ctx, "unregistered", Callback.UNREGISTERED);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        record(ctx, "active", Callback.ACTIVE);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        record(ctx, "inactive", Callback.INACTIVE);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (message instanceof SocketChannel) {
            SocketChannel child = (SocketChannel) message;
            subject.trace.add("accepted" + Subject.flags(child) + Subject.addresses(child));
            child.unsafe().closeForcibly();
        } else if (message instanceof ByteBuf) {
            read((ByteBuf) message);
        }
        ReferenceCountUtil.release(message);
        readSome = true;
        subject.react(Callback.READ);
    }

    private void read(ByteBuf buffer) {
        subject.trace.addRead(buffer.readableBytes());
        while (buffer.isReadable()) {
            if (buffer.readByte() != Peer.contentAt(received++)) {
                subject.trace.add("byte " + (received - 1) + " is WRONG");
                return;
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        if (readSome) {
            readSome = false;
            subject.trace.addReadComplete();
            subject.react(Callback.READ_COMPLETE);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (!(event instanceof ZcrxMemoryEvent)) {
            record(ctx, "event " + event.getClass().getSimpleName(), Callback.USER_EVENT);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
        record(ctx, "writable=" + ctx.channel().isWritable(), Callback.WRITABILITY);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        record(ctx, "exception " + Subject.nameOf(cause), Callback.EXCEPTION);
    }
}
