// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.facade;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import java.util.Map;

/** A channel's config under another type: all calls go to the channel's own config. Any thread. */
public abstract class ConfigView implements ChannelConfig {
    private final ChannelConfig config;

    protected ConfigView(ChannelConfig config) {
        this.config = config;
    }

    @Override
    public final Map<ChannelOption<?>, Object> getOptions() {
        return config.getOptions();
    }

    @Override
    public final boolean setOptions(Map<ChannelOption<?>, ?> options) {
        return config.setOptions(options);
    }

    @Override
    public final <T> T getOption(ChannelOption<T> option) {
        return config.getOption(option);
    }

    @Override
    public final <T> boolean setOption(ChannelOption<T> option, T value) {
        return config.setOption(option, value);
    }

    public final int getMaxMessagesPerWrite() {
        return getOption(ChannelOption.MAX_MESSAGES_PER_WRITE);
    }

    public final ChannelConfig setMaxMessagesPerWrite(int maxMessagesPerWrite) {
        setOption(ChannelOption.MAX_MESSAGES_PER_WRITE, maxMessagesPerWrite);
        return this;
    }

    @Override
    public final int getConnectTimeoutMillis() {
        return config.getConnectTimeoutMillis();
    }

    @Override
    public ChannelConfig setConnectTimeoutMillis(int value) {
        config.setConnectTimeoutMillis(value);
        return this;
    }

    @Override
    @Deprecated
    public final int getMaxMessagesPerRead() {
        return config.getMaxMessagesPerRead();
    }

    @Override
    @Deprecated
    public ChannelConfig setMaxMessagesPerRead(int value) {
        config.setMaxMessagesPerRead(value);
        return this;
    }

    @Override
    public final int getWriteSpinCount() {
        return config.getWriteSpinCount();
    }

    @Override
    public ChannelConfig setWriteSpinCount(int value) {
        config.setWriteSpinCount(value);
        return this;
    }

    @Override
    public final ByteBufAllocator getAllocator() {
        return config.getAllocator();
    }

    @Override
    public ChannelConfig setAllocator(ByteBufAllocator value) {
        config.setAllocator(value);
        return this;
    }

    @Override
    public final <T extends RecvByteBufAllocator> T getRecvByteBufAllocator() {
        return config.getRecvByteBufAllocator();
    }

    @Override
    public ChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator value) {
        config.setRecvByteBufAllocator(value);
        return this;
    }

    @Override
    public final boolean isAutoRead() {
        return config.isAutoRead();
    }

    @Override
    public ChannelConfig setAutoRead(boolean value) {
        config.setAutoRead(value);
        return this;
    }

    @Override
    public final boolean isAutoClose() {
        return config.isAutoClose();
    }

    @Override
    public ChannelConfig setAutoClose(boolean value) {
        config.setAutoClose(value);
        return this;
    }

    @Override
    public final int getWriteBufferHighWaterMark() {
        return config.getWriteBufferHighWaterMark();
    }

    @Override
    public ChannelConfig setWriteBufferHighWaterMark(int value) {
        config.setWriteBufferHighWaterMark(value);
        return this;
    }

    @Override
    public final int getWriteBufferLowWaterMark() {
        return config.getWriteBufferLowWaterMark();
    }

    @Override
    public ChannelConfig setWriteBufferLowWaterMark(int value) {
        config.setWriteBufferLowWaterMark(value);
        return this;
    }

    @Override
    public final WriteBufferWaterMark getWriteBufferWaterMark() {
        return config.getWriteBufferWaterMark();
    }

    @Override
    public ChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark value) {
        config.setWriteBufferWaterMark(value);
        return this;
    }

    @Override
    public final MessageSizeEstimator getMessageSizeEstimator() {
        return config.getMessageSizeEstimator();
    }

    @Override
    public ChannelConfig setMessageSizeEstimator(MessageSizeEstimator value) {
        config.setMessageSizeEstimator(value);
        return this;
    }
}
