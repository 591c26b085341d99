// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollMode;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.util.NetUtil;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every option that Netty has a constant for does on our channels what it does on epoll's. */
@SuppressWarnings({"deprecation", "rawtypes"}) // Deprecated options are options, too.
class OptionsOfEpollTest {
    /** What epoll's channels refuse, as it is the io_uring transport's, and ours take. */
    private static final Set<String> OF_IO_URING = Set.of(
            "TCP_CORK",
            "TCP_NOTSENT_LOWAT",
            "TCP_KEEPIDLE",
            "TCP_KEEPINTVL",
            "TCP_KEEPCNT",
            "TCP_USER_TIMEOUT",
            "TCP_QUICKACK",
            "TCP_DEFER_ACCEPT",
            "IO_URING_WRITE_ZERO_COPY_THRESHOLD");

    /** Its value is of a class that need not be there. */
    private static final ChannelOption<?> NOT_TOLD = EpollChannelOption.EPOLL_MODE;

    @BeforeAll
    static void needEpoll() {
        assertTrue(Epoll.isAvailable(), () -> "" + Epoll.unavailabilityCause());
    }

    static Stream<Arguments> options() {
        return Stream.of(
                        ChannelOption.class,
                        UnixChannelOption.class,
                        EpollChannelOption.class,
                        IoUringChannelOption.class)
                .flatMap(type -> Arrays.stream(type.getDeclaredFields()))
                .filter(field -> Modifier.isPublic(field.getModifiers())
                        && Modifier.isStatic(field.getModifiers())
                        && ChannelOption.class.isAssignableFrom(field.getType()))
                .filter(field -> field.getDeclaringClass() != IoUringChannelOption.class
                        || !OF_IO_URING.contains(field.getName()))
                .map(field -> Arguments.of(field.getDeclaringClass().getSimpleName() + '.' + field.getName(), field));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("options")
    void shouldBeTakenByConnectionAsWithEpoll(String name, Field field) throws Exception {
        shouldBeTakenAsWithEpoll(field, EpollSocketChannel::new, ZcrxSocketChannel::new);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("options")
    void shouldBeTakenByListenerAsWithEpoll(String name, Field field) throws Exception {
        shouldBeTakenAsWithEpoll(field, EpollServerSocketChannel::new, ZcrxServerSocketChannel::new);
    }

    private static void shouldBeTakenAsWithEpoll(
            Field field, Supplier<? extends Channel> epoll, Supplier<? extends Channel> ours) throws Exception {
        ChannelOption<?> option = (ChannelOption<?>) field.get(null);
        Type type = ((ParameterizedType) field.getGenericType()).getActualTypeArguments()[0];
        for (Object value : values(type)) {
            assertEquals(
                    outcome(epoll.get(), option, value),
                    outcome(ours.get(), option, value),
                    () -> option + " " + value);
        }
    }

    /** What a program sees that sets the option, and reads it before and after. */
    private static List<Object> outcome(Channel channel, ChannelOption<?> option, Object value) {
        try {
            ChannelConfig config = channel.config();
            List<Object> seen = new ArrayList<>();
            seen.add(outcome(() -> get(config, option)));
            seen.add(outcome(() -> set(config, option, value)));
            seen.add(outcome(() -> get(config, option)));
            return seen;
        } finally {
            channel.unsafe().closeForcibly();
        }
    }

    private static Object get(ChannelConfig config, ChannelOption<?> option) {
        Object value = config.getOption(option);
        // What differs from one channel to the next.
        boolean own = value instanceof RecvByteBufAllocator && !(value instanceof FixedRecvByteBufAllocator);
        return option == NOT_TOLD ? "not told" : own ? value.getClass() : String.valueOf(value);
    }

    @SuppressWarnings("unchecked") // The value is of the option's type.
    private static boolean set(ChannelConfig config, ChannelOption<?> option, Object value) {
        return config.setOption((ChannelOption<Object>) option, value);
    }

    private static Object outcome(Supplier<Object> action) {
        try {
            return action.get();
        } catch (ChannelException | IllegalArgumentException e) {
            // By whom, kernel or transport, may differ.
            return "refused";
        }
    }

    private static List<Object> values(Type type) throws Exception {
        Map<Type, List<Object>> samples = Map.ofEntries(
                Map.entry(Boolean.class, List.of(true, false)),
                Map.entry(Integer.class, List.of(1, 7, 100)),
                Map.entry(Long.class, List.of(4096L)),
                Map.entry(Short.class, List.of((short) 1)),
                Map.entry(ByteBufAllocator.class, List.of(UnpooledByteBufAllocator.DEFAULT)),
                Map.entry(RecvByteBufAllocator.class, List.of(new FixedRecvByteBufAllocator(100))),
                Map.entry(MessageSizeEstimator.class, List.of(new DefaultMessageSizeEstimator(1))),
                Map.entry(WriteBufferWaterMark.class, List.of(new WriteBufferWaterMark(1, 2))),
                Map.entry(InetAddress.class, List.of(NetUtil.LOCALHOST)),
                Map.entry(NetworkInterface.class, List.of(NetUtil.LOOPBACK_IF)),
                Map.entry(DomainSocketReadMode.class, List.of(DomainSocketReadMode.BYTES)),
                Map.entry(EpollMode.class, List.of(EpollMode.LEVEL_TRIGGERED)));
        if (type instanceof ParameterizedType) {
            // TCP_MD5SIG.
            InetAddress peer = InetAddress.getByName("127.0.0.1");
            return List.of(Map.of(), Map.of(peer, new byte[] {1, 2, 3}), Map.of(peer, new byte[81]));
        }
        List<Object> values = samples.get(type);
        assertNotNull(values, () -> "There is no sample of " + type);
        return values;
    }
}
