// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DuplexChannelConfig;
import java.util.Map;

/**
 * The options of a {@link ZcrxSharedChannel} or {@link ZcrxSharedServerChannel}: those of every Netty channel, {@link
 * ChannelOption#ALLOW_HALF_CLOSURE} and {@link #ANY_USER}. Safe on any thread.
 */
public final class ZcrxSharedChannelConfig extends DefaultChannelConfig implements DuplexChannelConfig {
    /**
     * Whether the process at the other end may be of another user. By default it may not, as each of the two can read
     * all that the event loops of the other receive. Set it before connect or bind; file permissions of the address
     * still say who may connect.
     */
    public static final ChannelOption<Boolean> ANY_USER =
            ChannelOption.valueOf(ZcrxSharedChannelConfig.class, "ANY_USER");

    private final Runnable autoReadCleared;
    private volatile boolean allowHalfClosure;
    private volatile boolean anyUser;

    ZcrxSharedChannelConfig(io.netty.channel.Channel channel, Runnable autoReadCleared) {
        super(channel);
        this.autoReadCleared = autoReadCleared;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), ChannelOption.ALLOW_HALF_CLOSURE, ANY_USER);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T getOption(ChannelOption<T> option) {
        if (option == ChannelOption.ALLOW_HALF_CLOSURE) {
            return (T) Boolean.valueOf(allowHalfClosure);
        }
        return option == ANY_USER ? (T) Boolean.valueOf(anyUser) : super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        validate(option, value);
        if (option == ChannelOption.ALLOW_HALF_CLOSURE) {
            setAllowHalfClosure((Boolean) value);
        } else if (option == ANY_USER) {
            setAnyUser((Boolean) value);
        } else {
            return super.setOption(option, value);
        }
        return true;
    }

    @Override
    protected void autoReadCleared() {
        autoReadCleared.run();
    }

    @Override
    public boolean isAllowHalfClosure() {
        return allowHalfClosure;
    }

    @Override
    public ZcrxSharedChannelConfig setAllowHalfClosure(boolean allow) {
        allowHalfClosure = allow;
        return this;
    }

    /** See {@link #ANY_USER}. */
    public boolean isAnyUser() {
        return anyUser;
    }

    /** See {@link #ANY_USER}. */
    public ZcrxSharedChannelConfig setAnyUser(boolean any) {
        anyUser = any;
        return this;
    }

    @Override
    public ZcrxSharedChannelConfig setConnectTimeoutMillis(int millis) {
        super.setConnectTimeoutMillis(millis);
        return this;
    }

    @Override
    @Deprecated // As in the class that it overrides.
    public ZcrxSharedChannelConfig setMaxMessagesPerRead(int most) {
        super.setMaxMessagesPerRead(most);
        return this;
    }

    @Override
    public ZcrxSharedChannelConfig setWriteSpinCount(int count) {
        super.setWriteSpinCount(count);
        return this;
    }

    @Override
    public ZcrxSharedChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public ZcrxSharedChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public ZcrxSharedChannelConfig setAutoRead(boolean auto) {
        super.setAutoRead(auto);
        return this;
    }

    @Override
    public ZcrxSharedChannelConfig setAutoClose(boolean auto) {
        super.setAutoClose(auto);
        return this;
    }

    @Override
    public ZcrxSharedChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }

    @Override
    public ZcrxSharedChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark mark) {
        super.setWriteBufferWaterMark(mark);
        return this;
    }
}
