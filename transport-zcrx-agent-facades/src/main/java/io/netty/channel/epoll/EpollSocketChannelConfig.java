// SPDX-License-Identifier: Apache-2.0
package io.netty.channel.epoll;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannelConfig;
import java.net.InetAddress;
import java.util.Map;
import net.zcrx.agent.facade.ConfigView;

/** The methods of epoll's config, on the config of a zcrx connection. */
public final class EpollSocketChannelConfig extends ConfigView implements SocketChannelConfig {
    EpollSocketChannelConfig(SocketChannelConfig config) {
        super(config);
    }

    private <T> EpollSocketChannelConfig with(ChannelOption<T> option, T value) {
        setOption(option, value);
        return this;
    }

    @Override
    public boolean isTcpNoDelay() {
        return getOption(ChannelOption.TCP_NODELAY);
    }

    @Override
    public EpollSocketChannelConfig setTcpNoDelay(boolean on) {
        return with(ChannelOption.TCP_NODELAY, on);
    }

    @Override
    public int getSoLinger() {
        return getOption(ChannelOption.SO_LINGER);
    }

    @Override
    public EpollSocketChannelConfig setSoLinger(int seconds) {
        return with(ChannelOption.SO_LINGER, seconds);
    }

    @Override
    public int getSendBufferSize() {
        return getOption(ChannelOption.SO_SNDBUF);
    }

    @Override
    public EpollSocketChannelConfig setSendBufferSize(int bytes) {
        return with(ChannelOption.SO_SNDBUF, bytes);
    }

    @Override
    public int getReceiveBufferSize() {
        return getOption(ChannelOption.SO_RCVBUF);
    }

    @Override
    public EpollSocketChannelConfig setReceiveBufferSize(int bytes) {
        return with(ChannelOption.SO_RCVBUF, bytes);
    }

    @Override
    public boolean isKeepAlive() {
        return getOption(ChannelOption.SO_KEEPALIVE);
    }

    @Override
    public EpollSocketChannelConfig setKeepAlive(boolean on) {
        return with(ChannelOption.SO_KEEPALIVE, on);
    }

    @Override
    public int getTrafficClass() {
        return getOption(ChannelOption.IP_TOS);
    }

    @Override
    public EpollSocketChannelConfig setTrafficClass(int trafficClass) {
        return with(ChannelOption.IP_TOS, trafficClass);
    }

    @Override
    public boolean isReuseAddress() {
        return getOption(ChannelOption.SO_REUSEADDR);
    }

    @Override
    public EpollSocketChannelConfig setReuseAddress(boolean on) {
        return with(ChannelOption.SO_REUSEADDR, on);
    }

    @Override
    public boolean isAllowHalfClosure() {
        return getOption(ChannelOption.ALLOW_HALF_CLOSURE);
    }

    @Override
    public EpollSocketChannelConfig setAllowHalfClosure(boolean on) {
        return with(ChannelOption.ALLOW_HALF_CLOSURE, on);
    }

    @Override
    public EpollSocketChannelConfig setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        return this;
    }

    @Override
    public EpollSocketChannelConfig setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    public boolean isTcpCork() {
        return getOption(EpollChannelOption.TCP_CORK);
    }

    public EpollSocketChannelConfig setTcpCork(boolean on) {
        return with(EpollChannelOption.TCP_CORK, on);
    }

    public int getSoBusyPoll() {
        return getOption(EpollChannelOption.SO_BUSY_POLL);
    }

    public EpollSocketChannelConfig setSoBusyPoll(int micros) {
        return with(EpollChannelOption.SO_BUSY_POLL, micros);
    }

    public long getTcpNotSentLowAt() {
        return getOption(EpollChannelOption.TCP_NOTSENT_LOWAT);
    }

    public EpollSocketChannelConfig setTcpNotSentLowAt(long bytes) {
        return with(EpollChannelOption.TCP_NOTSENT_LOWAT, bytes);
    }

    public int getTcpKeepIdle() {
        return getOption(EpollChannelOption.TCP_KEEPIDLE);
    }

    public EpollSocketChannelConfig setTcpKeepIdle(int seconds) {
        return with(EpollChannelOption.TCP_KEEPIDLE, seconds);
    }

    public int getTcpKeepIntvl() {
        return getOption(EpollChannelOption.TCP_KEEPINTVL);
    }

    public EpollSocketChannelConfig setTcpKeepIntvl(int seconds) {
        return with(EpollChannelOption.TCP_KEEPINTVL, seconds);
    }

    public int getTcpKeepCnt() {
        return getOption(EpollChannelOption.TCP_KEEPCNT);
    }

    public EpollSocketChannelConfig setTcpKeepCnt(int probes) {
        return with(EpollChannelOption.TCP_KEEPCNT, probes);
    }

    public int getTcpUserTimeout() {
        return getOption(EpollChannelOption.TCP_USER_TIMEOUT);
    }

    public EpollSocketChannelConfig setTcpUserTimeout(int millis) {
        return with(EpollChannelOption.TCP_USER_TIMEOUT, millis);
    }

    public boolean isIpBindAddressNoPort() {
        return getOption(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT);
    }

    public EpollSocketChannelConfig setIpBindAddressNoPort(boolean on) {
        return with(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, on);
    }

    public boolean isIpTransparent() {
        return getOption(EpollChannelOption.IP_TRANSPARENT);
    }

    public EpollSocketChannelConfig setIpTransparent(boolean on) {
        return with(EpollChannelOption.IP_TRANSPARENT, on);
    }

    public boolean isTcpQuickAck() {
        return getOption(EpollChannelOption.TCP_QUICKACK);
    }

    public EpollSocketChannelConfig setTcpQuickAck(boolean on) {
        return with(EpollChannelOption.TCP_QUICKACK, on);
    }

    public boolean isTcpFastOpenConnect() {
        return getOption(ChannelOption.TCP_FASTOPEN_CONNECT);
    }

    public EpollSocketChannelConfig setTcpFastOpenConnect(boolean on) {
        return with(ChannelOption.TCP_FASTOPEN_CONNECT, on);
    }

    @Deprecated
    public EpollSocketChannelConfig setTcpKeepCntl(int probes) {
        return with(EpollChannelOption.TCP_KEEPCNT, probes);
    }

    public EpollSocketChannelConfig setTcpMd5Sig(Map<InetAddress, byte[]> keys) {
        return with(EpollChannelOption.TCP_MD5SIG, keys);
    }

    @Deprecated
    public EpollMode getEpollMode() {
        return EpollMode.LEVEL_TRIGGERED;
    }

    /** This method does nothing, as with epoll. */
    @Deprecated
    public EpollSocketChannelConfig setEpollMode(EpollMode mode) {
        return this;
    }

    @Override
    public EpollSocketChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        super.setConnectTimeoutMillis(connectTimeoutMillis);
        return this;
    }

    @Override
    @Deprecated
    public EpollSocketChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        super.setMaxMessagesPerRead(maxMessagesPerRead);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setWriteSpinCount(int writeSpinCount) {
        super.setWriteSpinCount(writeSpinCount);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setWriteBufferHighWaterMark(int bytes) {
        super.setWriteBufferHighWaterMark(bytes);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setWriteBufferLowWaterMark(int bytes) {
        super.setWriteBufferLowWaterMark(bytes);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark waterMark) {
        super.setWriteBufferWaterMark(waterMark);
        return this;
    }

    @Override
    public EpollSocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }
}
