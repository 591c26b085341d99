// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.zcrx.option.SocketConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@SuppressWarnings("deprecation") // RecvByteBufAllocator.Handle is, but an allocator may still return one.
class ChannelOptionsTest {

    private static final int SOL_SOCKET = 1;
    private static final int IPPROTO_IP = 0;
    private static final int IPPROTO_TCP = 6;

    private ZcrxSocketChannel connectionChannel;
    private ZcrxServerSocketChannel listenerChannel;
    private ConnectionConfig connection;
    private ListenerConfig listener;

    @BeforeEach
    void open() {
        connectionChannel = new ZcrxSocketChannel();
        connection = connectionChannel.socketConfig();
        listenerChannel = new ZcrxServerSocketChannel();
        listener = (ListenerConfig) listenerChannel.config();
    }

    @AfterEach
    void close() {
        connectionChannel.unsafe().closeForcibly();
        listenerChannel.unsafe().closeForcibly();
    }

    private Socket socket(SocketConfig config) {
        return config == connection ? connectionChannel.socket : listenerChannel.socket;
    }

    static Stream<Arguments> kernelOptionsOfConnection() {
        return Stream.of(
                Arguments.of(ChannelOption.SO_KEEPALIVE, true, SOL_SOCKET, 9, 1),
                Arguments.of(ChannelOption.SO_KEEPALIVE, false, SOL_SOCKET, 9, 0),
                Arguments.of(ChannelOption.SO_REUSEADDR, true, SOL_SOCKET, 2, 1),
                Arguments.of(ChannelOption.SO_REUSEADDR, false, SOL_SOCKET, 2, 0),
                Arguments.of(ChannelOption.IP_TOS, 0x10, IPPROTO_IP, 1, 0x10),
                Arguments.of(ChannelOption.TCP_NODELAY, true, IPPROTO_TCP, 1, 1),
                Arguments.of(ChannelOption.TCP_NODELAY, false, IPPROTO_TCP, 1, 0),
                Arguments.of(ZcrxChannelOption.TCP_CORK, true, IPPROTO_TCP, 3, 1),
                Arguments.of(ZcrxChannelOption.TCP_CORK, false, IPPROTO_TCP, 3, 0),
                Arguments.of(ZcrxChannelOption.TCP_KEEPIDLE, 32767, IPPROTO_TCP, 4, 32767),
                Arguments.of(ZcrxChannelOption.TCP_KEEPINTVL, 17, IPPROTO_TCP, 5, 17),
                Arguments.of(ZcrxChannelOption.TCP_KEEPCNT, 127, IPPROTO_TCP, 6, 127),
                Arguments.of(ZcrxChannelOption.TCP_QUICKACK, false, IPPROTO_TCP, 12, 0),
                Arguments.of(ZcrxChannelOption.TCP_QUICKACK, true, IPPROTO_TCP, 12, 1),
                Arguments.of(ZcrxChannelOption.TCP_USER_TIMEOUT, 12345, IPPROTO_TCP, 18, 12345),
                Arguments.of(ZcrxChannelOption.TCP_NOTSENT_LOWAT, 0xFFFFFFFEL, IPPROTO_TCP, 25, -2),
                Arguments.of(ZcrxChannelOption.TCP_NOTSENT_LOWAT, 4096L, IPPROTO_TCP, 25, 4096),
                Arguments.of(IoUringChannelOption.TCP_KEEPIDLE, 31, IPPROTO_TCP, 4, 31),
                Arguments.of(EpollChannelOption.TCP_CORK, true, IPPROTO_TCP, 3, 1),
                Arguments.of(EpollChannelOption.TCP_KEEPIDLE, 33, IPPROTO_TCP, 4, 33),
                Arguments.of(EpollChannelOption.TCP_KEEPINTVL, 34, IPPROTO_TCP, 5, 34),
                Arguments.of(EpollChannelOption.TCP_KEEPCNT, 35, IPPROTO_TCP, 6, 35),
                Arguments.of(EpollChannelOption.TCP_USER_TIMEOUT, 36, IPPROTO_TCP, 18, 36),
                Arguments.of(EpollChannelOption.TCP_NOTSENT_LOWAT, 37L, IPPROTO_TCP, 25, 37),
                Arguments.of(EpollChannelOption.TCP_QUICKACK, false, IPPROTO_TCP, 12, 0));
    }

    @ParameterizedTest
    @MethodSource("kernelOptionsOfConnection")
    void shouldSetOptionOfConnectionInKernel(
            ChannelOption<Object> option, Object value, int level, int name, int inKernel) throws IOException {
        assertTrue(connection.setOption(option, value));
        assertEquals(inKernel, socket(connection).getIntOpt(level, name));
        assertEquals(value, connection.getOption(option));
    }

    static Stream<Arguments> kernelOptionsOfListener() {
        return Stream.of(
                Arguments.of(ChannelOption.SO_REUSEADDR, false, SOL_SOCKET, 2, 0),
                Arguments.of(UnixChannelOption.SO_REUSEPORT, true, SOL_SOCKET, 15, 1),
                Arguments.of(UnixChannelOption.SO_REUSEPORT, false, SOL_SOCKET, 15, 0),
                Arguments.of(ZcrxChannelOption.IP_FREEBIND, true, IPPROTO_IP, 15, 1),
                Arguments.of(ZcrxChannelOption.IP_FREEBIND, false, IPPROTO_IP, 15, 0),
                // The kernel keeps a count of retransmissions: after 1, 3 and 7 seconds.
                Arguments.of(ZcrxChannelOption.TCP_DEFER_ACCEPT, 7, IPPROTO_TCP, 9, 7),
                Arguments.of(EpollChannelOption.TCP_DEFER_ACCEPT, 3, IPPROTO_TCP, 9, 3),
                Arguments.of(EpollChannelOption.IP_FREEBIND, true, IPPROTO_IP, 15, 1),
                Arguments.of(ChannelOption.TCP_FASTOPEN, 5, IPPROTO_TCP, 23, 5));
    }

    @ParameterizedTest
    @MethodSource("kernelOptionsOfListener")
    void shouldSetOptionOfListenerInKernel(
            ChannelOption<Object> option, Object value, int level, int name, int inKernel) throws IOException {
        assertTrue(listener.setOption(option, value));
        assertEquals(inKernel, socket(listener).getIntOpt(level, name));
        assertEquals(value, listener.getOption(option));
    }

    @Test
    void shouldSizeBuffersOfKernel() throws IOException {
        assertTrue(connection.setOption(ChannelOption.SO_SNDBUF, 20_000));
        assertTrue(connection.setOption(ChannelOption.SO_RCVBUF, 30_000));
        assertEquals(40_000, connection.getOption(ChannelOption.SO_SNDBUF));
        assertEquals(60_000, connection.getOption(ChannelOption.SO_RCVBUF));
        assertEquals(40_000, socket(connection).getSendBufferSize());
        assertEquals(60_000, socket(connection).getReceiveBufferSize());

        assertTrue(listener.setOption(ChannelOption.SO_RCVBUF, 40_000));
        assertEquals(80_000, socket(listener).getReceiveBufferSize());
    }

    @Test
    void shouldSetLinger() throws IOException {
        for (int seconds : new int[] {7, 0, -1}) {
            assertTrue(connection.setOption(ChannelOption.SO_LINGER, seconds));
            assertEquals(seconds, connection.getOption(ChannelOption.SO_LINGER));
            assertEquals(seconds, socket(connection).getSoLinger());
        }
    }

    @Test
    void shouldSetTransparentOrSayThatKernelRefuses() throws IOException {
        for (SocketConfig config : List.of(connection, listener)) {
            assertTrue(config.setOption(ZcrxChannelOption.IP_TRANSPARENT, false));
            assertFalse(config.getOption(ZcrxChannelOption.IP_TRANSPARENT));
        }
        // Without CAP_NET_ADMIN the kernel refuses: then the message must name option and reason.
        try {
            assertTrue(connection.setOption(ZcrxChannelOption.IP_TRANSPARENT, true));
            assertEquals(1, socket(connection).getIntOpt(IPPROTO_IP, 19));
        } catch (ChannelException e) {
            assertEquals(0, socket(connection).getIntOpt(IPPROTO_IP, 19));
            assertTrue(e.getMessage().contains("IP_TRANSPARENT"), e.getMessage());
            assertTrue(e.getCause().getMessage().contains("Operation not permitted"), e.toString());
        }
    }

    @Test
    void shouldKeepOptionsThatKernelDoesNotHave() {
        assertTrue(connection.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
        assertTrue(connection.isAllowHalfClosure());
        assertEquals(true, connection.getOption(ChannelOption.ALLOW_HALF_CLOSURE));

        assertTrue(connection.setOption(ZcrxChannelOption.RECEIVE_GRANT, 65_536));
        assertEquals(65_536, connection.receiveGrant());
        assertEquals(65_536, connection.getOption(ZcrxChannelOption.RECEIVE_GRANT));

        assertTrue(connection.setOption(ChannelOption.TCP_FASTOPEN_CONNECT, true));
        assertTrue(connection.isTcpFastOpenConnect());
        assertEquals(true, connection.getOption(ChannelOption.TCP_FASTOPEN_CONNECT));

        assertTrue(listener.setOption(ChannelOption.SO_BACKLOG, 77));
        assertEquals(77, listener.getBacklog());
        assertEquals(77, listener.getOption(ChannelOption.SO_BACKLOG));

        ZcrxIoHandlerFactory loops = ZcrxIoHandler.newFactory();
        assertTrue(listener.setOption(ZcrxChannelOption.FLOW_STEERING, loops));
        assertSame(loops, listener.getOption(ZcrxChannelOption.FLOW_STEERING));
        assertSame(loops, listener.getOptions().get(ZcrxChannelOption.FLOW_STEERING));
    }

    @Test
    void shouldSendWithoutCopyFromThresholdOn() {
        assertFalse(connection.isZeroCopyWrite(Integer.MAX_VALUE));

        assertTrue(connection.setOption(IoUringChannelOption.IO_URING_WRITE_ZERO_COPY_THRESHOLD, 16_384));
        assertEquals(16_384, connection.getOption(ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD));
        assertFalse(connection.isZeroCopyWrite(16_383));
        assertTrue(connection.isZeroCopyWrite(16_384));
        assertTrue(connection.isZeroCopyWrite(1L << 40));

        assertTrue(connection.setOption(ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD, 0));
        assertTrue(connection.isZeroCopyWrite(0));

        assertTrue(connection.setOption(ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD, -1));
        assertFalse(connection.isZeroCopyWrite(Integer.MAX_VALUE));
    }

    @Test
    void shouldHaveDefaultsOfNetty() {
        assertTrue(connection.isTcpNoDelay());
        assertFalse(connection.isAllowHalfClosure());
        assertFalse(connection.isTcpFastOpenConnect());
        assertEquals(-1, connection.getOption(ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD));
        assertEquals(0, connection.getOption(ZcrxChannelOption.RECEIVE_GRANT));
        assertTrue(connection.isAutoRead());
        assertTrue(listener.isReuseAddress());
        assertEquals(NetUtil.SOMAXCONN, listener.getBacklog());
        assertEquals(0, listener.getOption(ChannelOption.TCP_FASTOPEN));
        assertNull(listener.getOption(ZcrxChannelOption.FLOW_STEERING));
    }

    @Test
    void shouldListAllOptions() {
        assertEquals(
                names("SO_RCVBUF SO_SNDBUF TCP_NODELAY SO_KEEPALIVE SO_REUSEADDR SO_LINGER IP_TOS ALLOW_HALF_CLOSURE"
                        + " TCP_CORK TCP_NOTSENT_LOWAT TCP_KEEPCNT TCP_KEEPIDLE TCP_KEEPINTVL TCP_USER_TIMEOUT"
                        + " TCP_QUICKACK IP_TRANSPARENT TCP_FASTOPEN_CONNECT SO_BUSY_POLL IP_BIND_ADDRESS_NO_PORT"
                        + " IO_URING_WRITE_ZERO_COPY_THRESHOLD RECEIVE_GRANT"),
                namesBeyondDefaults(connection.getOptions()));
        assertEquals(
                names("SO_RCVBUF SO_REUSEADDR SO_BACKLOG SO_REUSEPORT IP_FREEBIND IP_TRANSPARENT TCP_DEFER_ACCEPT"
                        + " TCP_FASTOPEN"),
                namesBeyondDefaults(listener.getOptions()));
    }

    private static Set<String> names(String spaced) {
        return Arrays.stream(spaced.split(" ")).collect(Collectors.toSet());
    }

    private Set<String> namesBeyondDefaults(Map<ChannelOption<?>, Object> options) {
        Map<ChannelOption<?>, Object> defaults = new DefaultChannelConfig(connectionChannel).getOptions();
        assertTrue(options.keySet().containsAll(defaults.keySet()));
        return options.entrySet().stream()
                .filter(entry -> !defaults.containsKey(entry.getKey()))
                .peek(entry -> assertNotEquals(null, entry.getValue(), entry.getKey()::name))
                .map(entry -> entry.getKey().name().replaceFirst(".*#", ""))
                .collect(Collectors.toSet());
    }

    @Test
    void shouldRefuseUnknownOptions() {
        ChannelOption<Integer> unknown = ChannelOption.valueOf(ChannelOptionsTest.class, "UNKNOWN");
        for (SocketConfig config : List.of(connection, listener)) {
            assertFalse(config.setOption(unknown, 1));
            assertNull(config.getOption(unknown));
            assertFalse(config.setOption(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, (short) 1));
        }
        assertFalse(connection.setOption(ChannelOption.SO_BACKLOG, 1));
        assertFalse(connection.setOption(ZcrxChannelOption.TCP_DEFER_ACCEPT, 1));
        assertFalse(connection.setOption(ZcrxChannelOption.FLOW_STEERING, ZcrxIoHandler.newFactory()));
        assertFalse(listener.setOption(ChannelOption.TCP_NODELAY, true));
        assertFalse(listener.setOption(ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD, 1));
        assertFalse(listener.setOption(ZcrxChannelOption.RECEIVE_GRANT, 1));
    }

    static Stream<Arguments> outOfRange() {
        return Stream.of(
                Arguments.of(ChannelOption.SO_RCVBUF, -1),
                Arguments.of(ChannelOption.SO_SNDBUF, -1),
                Arguments.of(ChannelOption.SO_LINGER, -2),
                Arguments.of(ChannelOption.IP_TOS, 256),
                Arguments.of(ZcrxChannelOption.TCP_KEEPIDLE, 0),
                Arguments.of(ZcrxChannelOption.TCP_KEEPIDLE, 32768),
                Arguments.of(ZcrxChannelOption.TCP_KEEPINTVL, 0),
                Arguments.of(ZcrxChannelOption.TCP_KEEPCNT, 128),
                Arguments.of(ZcrxChannelOption.TCP_USER_TIMEOUT, -1),
                Arguments.of(ZcrxChannelOption.TCP_NOTSENT_LOWAT, -1L),
                Arguments.of(ZcrxChannelOption.TCP_NOTSENT_LOWAT, 1L << 32),
                Arguments.of(ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD, -2),
                Arguments.of(ZcrxChannelOption.RECEIVE_GRANT, -1),
                Arguments.of(ChannelOption.SO_BACKLOG, -1),
                Arguments.of(ZcrxChannelOption.TCP_DEFER_ACCEPT, -1),
                Arguments.of(ChannelOption.TCP_FASTOPEN, -1));
    }

    @ParameterizedTest
    @MethodSource("outOfRange")
    void shouldSayThatValueIsOutOfRange(ChannelOption<Object> option, Object value) {
        boolean ofConnection = connection.getOption(option) != null;
        SocketConfig config = ofConnection ? connection : listener;
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> config.setOption(option, value));
        assertTrue(e.getMessage().contains(option + " is " + value + " but must"), e.getMessage());
    }

    @Test
    void shouldRefuseNull() {
        assertThrows(NullPointerException.class, () -> connection.setOption(ChannelOption.TCP_NODELAY, null));
        assertThrows(NullPointerException.class, () -> listener.setOption(ChannelOption.SO_BACKLOG, null));
    }

    @Test
    void shouldSetAnyOptionByNumber() throws IOException {
        IntegerUnixChannelOption mss = new IntegerUnixChannelOption("TCP_MAXSEG", IPPROTO_TCP, 2);
        RawUnixChannelOption cork = new RawUnixChannelOption("CORK", IPPROTO_TCP, 3, Integer.BYTES);
        for (SocketConfig config : List.of(connection, listener)) {
            assertTrue(config.setOption(mss, 1000));
            assertEquals(1000, socket(config).getIntOpt(IPPROTO_TCP, 2));
            assertEquals(1000, config.getOption(mss));

            assertTrue(config.setOption(cork, nativeInt(1)));
            assertEquals(1, socket(config).getIntOpt(IPPROTO_TCP, 3));
            assertEquals(nativeInt(1), config.getOption(cork));
            assertTrue(config.setOption(cork, nativeInt(0)));
            assertEquals(0, socket(config).getIntOpt(IPPROTO_TCP, 3));
            assertThrows(IllegalArgumentException.class, () -> config.setOption(cork, ByteBuffer.allocate(8)));
        }
    }

    private static ByteBuffer nativeInt(int value) {
        return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(0, value);
    }

    @Test
    void shouldSayThatMd5KeyIsTooLong() {
        for (SocketConfig config : List.of(connection, listener)) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> config.setOption(ZcrxChannelOption.TCP_MD5SIG, Map.of(NetUtil.LOCALHOST4, new byte[81])));
            assertTrue(e.getMessage().contains("has 81 bytes but must have 1 to 80"), e.getMessage());
        }
    }

    @Test
    void shouldSayThatAllocatorCannotCount() {
        RecvByteBufAllocator plain = () -> (RecvByteBufAllocator.Handle) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {RecvByteBufAllocator.Handle.class},
                (proxy, method, args) -> null);
        for (SocketConfig config : List.of(connection, listener)) {
            RecvByteBufAllocator before = config.getRecvByteBufAllocator();
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class, () -> config.setOption(ChannelOption.RCVBUF_ALLOCATOR, plain));
            assertTrue(e.getMessage().contains("Let newHandle() return one."), e.getMessage());
            assertSame(before, config.getRecvByteBufAllocator());
        }
    }

    @Test
    void shouldSayThatChannelIsClosed() throws IOException {
        for (SocketConfig config : List.of(connection, listener)) {
            socket(config).close();
            ChannelException setting =
                    assertThrows(ChannelException.class, () -> config.setOption(ChannelOption.SO_REUSEADDR, true));
            assertInstanceOf(ClosedChannelException.class, setting.getCause());
            ChannelException getting =
                    assertThrows(ChannelException.class, () -> config.getOption(ChannelOption.SO_REUSEADDR));
            assertInstanceOf(ClosedChannelException.class, getting.getCause());
        }
    }

    @Test
    void shouldBeConstantsOfNetty() {
        assertSame(IoUringChannelOption.TCP_CORK, ZcrxChannelOption.TCP_CORK);
        assertSame(
                IoUringChannelOption.IO_URING_WRITE_ZERO_COPY_THRESHOLD, ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD);
        assertSame(UnixChannelOption.SO_REUSEPORT, ZcrxChannelOption.SO_REUSEPORT);
    }
}
