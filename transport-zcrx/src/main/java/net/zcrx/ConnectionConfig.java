// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannelConfig;
import java.util.Map;
import net.zcrx.option.KernelOptions;
import net.zcrx.option.SocketConfig;

/** The options of a connection; {@link ZcrxChannelOption} has the table of them. Safe on any thread. */
final class ConnectionConfig extends SocketConfig implements SocketChannelConfig {

    private static final int NEVER = -1;

    private static final int UNKNOWN = -1;
    /** The maximum of the allocator that a connection begins with. */
    private static final int DEFAULT_LONGEST_READ = 64 * 1024;

    private volatile boolean allowHalfClosure;
    private volatile boolean tcpFastOpenConnect;
    private volatile Rare rare = Rare.UNSET;
    /** The length that bounds a read, in bytes; 0 if the allocator guesses it. */
    private volatile int longestRead;

    /** Options that few applications set, so that all other connections share one object. */
    private record Rare(int writeZeroCopyThreshold, int receiveGrant) {
        private static final Rare UNSET = new Rare(NEVER, 0);
    }

    ConnectionConfig(ZcrxSocketChannel channel) {
        super(channel, new AdaptiveRecvByteBufAllocator(), configOf(channel.parent()));
        longestRead = DEFAULT_LONGEST_READ;
        setTcpNoDelay(true);
    }

    private static SocketConfig configOf(ServerSocketChannel parent) {
        return parent == null ? null : ((ZcrxServerSocketChannel) parent).socketConfig();
    }

    @Override
    protected KernelOptions kernelOptions() {
        return KernelOptions.OF_CONNECTION;
    }

    /** Whether a write of {@code bytes} is long enough to be sent without a copy. */
    boolean isZeroCopyWrite(long bytes) {
        int threshold = rare.writeZeroCopyThreshold;
        return threshold != NEVER && bytes >= threshold;
    }

    /** Bytes that a pass of the loop may bring; 0 if they are not bounded. */
    int receiveGrant() {
        return rare.receiveGrant;
    }

    /**
     * The bytes that one channelRead may deliver: the allocator's maximum if it is known, or else its present guess.
     */
    int longestRead(ExtendedHandle handle) {
        int longest = longestAllowed();
        return longest > 0 ? longest : handle.guess();
    }

    /** Whether a buffer of {@code bytes} may grow by {@code more}, as far as is known. */
    boolean mayJoin(int bytes, int more) {
        int longest = longestAllowed();
        return longest == 0 || bytes + Math.min(more, longest) <= longest;
    }

    /** Found out when it is first needed: most connections keep the allocator that they begin with. */
    private int longestAllowed() {
        if (longestRead == UNKNOWN) {
            longestRead = maximum(getRecvByteBufAllocator());
        }
        return longestRead;
    }

    /**
     * The maximum of an allocator that adapts. The memory is there already and nothing is gained by guessing less, but
     * handlers may rely on the bound. Netty keeps the maximum private; it is the guess that does not grow any more
     * after full reads.
     *
     * @return 0 if the allocator is of another kind
     */
    private static int maximum(RecvByteBufAllocator allocator) {
        if (!(allocator instanceof AdaptiveRecvByteBufAllocator)) {
            return 0;
        }
        ExtendedHandle handle = (ExtendedHandle) allocator.newHandle();
        int maximum;
        int next = handle.guess();
        do {
            maximum = next;
            handle.attemptedBytesRead(maximum);
            handle.lastBytesRead(maximum);
            next = handle.guess();
        } while (next > maximum);
        return maximum;
    }

    boolean isTcpFastOpenConnect() {
        return tcpFastOpenConnect;
    }

    @Override
    protected void autoReadCleared() {
        ((AbstractZcrxChannel) channel).autoReadCleared();
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(
                super.getOptions(),
                ChannelOption.ALLOW_HALF_CLOSURE,
                ChannelOption.TCP_FASTOPEN_CONNECT,
                ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD,
                ZcrxChannelOption.RECEIVE_GRANT);
    }

    @Override
    @SuppressWarnings("unchecked") // Each branch gives the type of the option that it compares with.
    public <T> T getOption(ChannelOption<T> option) {
        if (option == ChannelOption.ALLOW_HALF_CLOSURE) {
            return (T) Boolean.valueOf(allowHalfClosure);
        }
        if (option == ChannelOption.TCP_FASTOPEN_CONNECT) {
            return (T) Boolean.valueOf(tcpFastOpenConnect);
        }
        if (option == ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD) {
            return (T) Integer.valueOf(rare.writeZeroCopyThreshold);
        }
        if (option == ZcrxChannelOption.RECEIVE_GRANT) {
            return (T) Integer.valueOf(rare.receiveGrant);
        }
        return super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        validate(option, value);
        if (option == ChannelOption.ALLOW_HALF_CLOSURE) {
            allowHalfClosure = (Boolean) value;
        } else if (option == ChannelOption.TCP_FASTOPEN_CONNECT) {
            tcpFastOpenConnect = (Boolean) value;
        } else if (option == ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD) {
            setWriteZeroCopyThreshold((Integer) value);
        } else if (option == ZcrxChannelOption.RECEIVE_GRANT) {
            setReceiveGrant((Integer) value);
        } else {
            return super.setOption(option, value);
        }
        return true;
    }

    private synchronized void setWriteZeroCopyThreshold(int bytes) {
        if (bytes < NEVER) {
            throw new IllegalArgumentException(ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD + " is " + bytes
                    + " but must be a number of bytes, or " + NEVER + " for never.");
        }
        rare = new Rare(bytes, rare.receiveGrant);
    }

    private synchronized void setReceiveGrant(int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException(ZcrxChannelOption.RECEIVE_GRANT + " is " + bytes
                    + " but must be a number of bytes, or 0 for no bound.");
        }
        rare = new Rare(rare.writeZeroCopyThreshold, bytes);
    }

    @Override
    public boolean isAllowHalfClosure() {
        return allowHalfClosure;
    }

    @Override
    public SocketChannelConfig setAllowHalfClosure(boolean allowHalfClosure) {
        this.allowHalfClosure = allowHalfClosure;
        return this;
    }

    @Override
    public boolean isTcpNoDelay() {
        return getOption(ChannelOption.TCP_NODELAY);
    }

    @Override
    public SocketChannelConfig setTcpNoDelay(boolean tcpNoDelay) {
        setOption(ChannelOption.TCP_NODELAY, tcpNoDelay);
        return this;
    }

    @Override
    public int getSoLinger() {
        return getOption(ChannelOption.SO_LINGER);
    }

    @Override
    public SocketChannelConfig setSoLinger(int soLinger) {
        setOption(ChannelOption.SO_LINGER, soLinger);
        return this;
    }

    @Override
    public int getSendBufferSize() {
        return getOption(ChannelOption.SO_SNDBUF);
    }

    @Override
    public SocketChannelConfig setSendBufferSize(int sendBufferSize) {
        setOption(ChannelOption.SO_SNDBUF, sendBufferSize);
        return this;
    }

    @Override
    public int getReceiveBufferSize() {
        return getOption(ChannelOption.SO_RCVBUF);
    }

    @Override
    public SocketChannelConfig setReceiveBufferSize(int receiveBufferSize) {
        setOption(ChannelOption.SO_RCVBUF, receiveBufferSize);
        return this;
    }

    @Override
    public boolean isKeepAlive() {
        return getOption(ChannelOption.SO_KEEPALIVE);
    }

    @Override
    public SocketChannelConfig setKeepAlive(boolean keepAlive) {
        setOption(ChannelOption.SO_KEEPALIVE, keepAlive);
        return this;
    }

    @Override
    public int getTrafficClass() {
        return getOption(ChannelOption.IP_TOS);
    }

    @Override
    public SocketChannelConfig setTrafficClass(int trafficClass) {
        setOption(ChannelOption.IP_TOS, trafficClass);
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        return getOption(ChannelOption.SO_REUSEADDR);
    }

    @Override
    public SocketChannelConfig setReuseAddress(boolean reuseAddress) {
        setOption(ChannelOption.SO_REUSEADDR, reuseAddress);
        return this;
    }

    /** Does nothing: Linux has no such setting. */
    @Override
    public SocketChannelConfig setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        return this;
    }

    @Override
    public SocketChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        super.setConnectTimeoutMillis(connectTimeoutMillis);
        return this;
    }

    @Override
    @Deprecated
    public SocketChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        super.setMaxMessagesPerRead(maxMessagesPerRead);
        return this;
    }

    @Override
    public SocketChannelConfig setWriteSpinCount(int writeSpinCount) {
        super.setWriteSpinCount(writeSpinCount);
        return this;
    }

    @Override
    public SocketChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public SocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        longestRead = UNKNOWN;
        return this;
    }

    @Override
    public SocketChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public SocketChannelConfig setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    public SocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }

    @Override
    public SocketChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark) {
        super.setWriteBufferWaterMark(writeBufferWaterMark);
        return this;
    }
}
