// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** A handler that does something with its channel in one of its callbacks. */
final class Actor extends ChannelInboundHandlerAdapter {
    enum Callback {
        REGISTERED,
        ACTIVE,
        READ,
        READ_COMPLETE,
        WRITABILITY,
        EVENT,
        INACTIVE
    }

    /** Hands all that it reads on. */
    static final class Forwarder extends ChannelInboundHandlerAdapter {
        private final Channel next;

        Forwarder(Channel next) {
            this.next = next;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            next.writeAndFlush(message);
        }

        @Override
        public boolean isSharable() {
            return true;
        }
    }

    @FunctionalInterface
    interface Action {
        void act(Channel channel);
    }

    private final Callback when;
    private final Action action;

    Actor(Callback when, Action action) {
        this.when = when;
        this.action = action;
    }

    private void is(Callback now, ChannelHandlerContext context) {
        if (now == when) {
            action.act(context.channel());
        }
    }

    @Override
    public void channelRegistered(ChannelHandlerContext context) {
        is(Callback.REGISTERED, context);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        is(Callback.ACTIVE, context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ((ByteBuf) message).release();
        is(Callback.READ, context);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        is(Callback.READ_COMPLETE, context);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        is(Callback.WRITABILITY, context);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        is(Callback.EVENT, context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        is(Callback.INACTIVE, context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
