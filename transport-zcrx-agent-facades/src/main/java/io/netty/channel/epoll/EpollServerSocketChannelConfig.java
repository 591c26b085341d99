// SPDX-License-Identifier: Apache-2.0
package io.netty.channel.epoll;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.channel.unix.UnixChannelOption;
import java.net.InetAddress;
import java.util.Map;
import net.zcrx.agent.facade.ConfigView;

/** The methods of epoll's config, on the config of a listening zcrx socket. */
public final class EpollServerSocketChannelConfig extends ConfigView implements ServerSocketChannelConfig {
    EpollServerSocketChannelConfig(ServerSocketChannelConfig config) {
        super(config);
    }

    private <T> EpollServerSocketChannelConfig with(ChannelOption<T> option, T value) {
        setOption(option, value);
        return this;
    }

    @Override
    public int getBacklog() {
        return getOption(ChannelOption.SO_BACKLOG);
    }

    @Override
    public EpollServerSocketChannelConfig setBacklog(int backlog) {
        return with(ChannelOption.SO_BACKLOG, backlog);
    }

    @Override
    public boolean isReuseAddress() {
        return getOption(ChannelOption.SO_REUSEADDR);
    }

    @Override
    public EpollServerSocketChannelConfig setReuseAddress(boolean on) {
        return with(ChannelOption.SO_REUSEADDR, on);
    }

    @Override
    public int getReceiveBufferSize() {
        return getOption(ChannelOption.SO_RCVBUF);
    }

    @Override
    public EpollServerSocketChannelConfig setReceiveBufferSize(int bytes) {
        return with(ChannelOption.SO_RCVBUF, bytes);
    }

    @Override
    public EpollServerSocketChannelConfig setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        return this;
    }

    public boolean isReusePort() {
        return getOption(UnixChannelOption.SO_REUSEPORT);
    }

    public EpollServerSocketChannelConfig setReusePort(boolean on) {
        return with(UnixChannelOption.SO_REUSEPORT, on);
    }

    public boolean isFreeBind() {
        return getOption(EpollChannelOption.IP_FREEBIND);
    }

    public EpollServerSocketChannelConfig setFreeBind(boolean on) {
        return with(EpollChannelOption.IP_FREEBIND, on);
    }

    public boolean isIpTransparent() {
        return getOption(EpollChannelOption.IP_TRANSPARENT);
    }

    public EpollServerSocketChannelConfig setIpTransparent(boolean on) {
        return with(EpollChannelOption.IP_TRANSPARENT, on);
    }

    public int getTcpDeferAccept() {
        return getOption(EpollChannelOption.TCP_DEFER_ACCEPT);
    }

    public EpollServerSocketChannelConfig setTcpDeferAccept(int seconds) {
        return with(EpollChannelOption.TCP_DEFER_ACCEPT, seconds);
    }

    public int getTcpFastopen() {
        return getOption(ChannelOption.TCP_FASTOPEN);
    }

    public EpollServerSocketChannelConfig setTcpMd5Sig(Map<InetAddress, byte[]> keys) {
        return with(EpollChannelOption.TCP_MD5SIG, keys);
    }

    @Deprecated
    public EpollMode getEpollMode() {
        return EpollMode.LEVEL_TRIGGERED;
    }

    @Override
    public EpollServerSocketChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        super.setConnectTimeoutMillis(connectTimeoutMillis);
        return this;
    }

    @Override
    @Deprecated
    public EpollServerSocketChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        super.setMaxMessagesPerRead(maxMessagesPerRead);
        return this;
    }

    @Override
    public EpollServerSocketChannelConfig setWriteSpinCount(int writeSpinCount) {
        super.setWriteSpinCount(writeSpinCount);
        return this;
    }

    @Override
    public EpollServerSocketChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public EpollServerSocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public EpollServerSocketChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public EpollServerSocketChannelConfig setWriteBufferHighWaterMark(int bytes) {
        super.setWriteBufferHighWaterMark(bytes);
        return this;
    }

    @Override
    public EpollServerSocketChannelConfig setWriteBufferLowWaterMark(int bytes) {
        super.setWriteBufferLowWaterMark(bytes);
        return this;
    }

    @Override
    public EpollServerSocketChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark waterMark) {
        super.setWriteBufferWaterMark(waterMark);
        return this;
    }

    @Override
    public EpollServerSocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }
}
