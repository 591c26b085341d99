// SPDX-License-Identifier: Apache-2.0
package net.zcrx.option;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/** A channel option whose value the kernel keeps: how it gets there and back. */
public final class KernelOption<T> {

    private static final long MAX_U32 = 0xFFFFFFFFL;

    private final ChannelOption<T> option;
    private final Getter<T> getter;
    private final Setter<T> setter;

    private KernelOption(ChannelOption<T> option, Getter<T> getter, Setter<T> setter) {
        this.option = option;
        this.getter = getter;
        this.setter = setter;
    }

    static KernelOption<Boolean> flag(ChannelOption<Boolean> option, int level, int name) {
        return new KernelOption<>(
                option,
                socket -> socket.getIntOpt(level, name) != 0,
                (socket, value) -> socket.setIntOpt(level, name, value ? 1 : 0));
    }

    static KernelOption<Integer> number(ChannelOption<Integer> option, int level, int name, int min, int max) {
        return number(
                option,
                min,
                max,
                socket -> socket.getIntOpt(level, name),
                (socket, value) -> socket.setIntOpt(level, name, value));
    }

    static KernelOption<Integer> number(
            ChannelOption<Integer> option, int min, int max, Getter<Integer> getter, Setter<Integer> setter) {
        return new KernelOption<>(option, getter, (socket, value) -> {
            checkRange(option, value, min, max);
            setter.set(socket, value);
        });
    }

    /** A number that the kernel holds in 32 bits without a sign. */
    static KernelOption<Long> unsigned(ChannelOption<Long> option, int level, int name) {
        return new KernelOption<>(
                option, socket -> Integer.toUnsignedLong(socket.getIntOpt(level, name)), (socket, value) -> {
                    checkRange(option, value, 0, MAX_U32);
                    socket.setIntOpt(level, name, (int) (long) value);
                });
    }

    static KernelOption<ByteBuffer> raw(RawUnixChannelOption option) {
        return new KernelOption<>(
                option,
                socket -> {
                    ByteBuffer value = ByteBuffer.allocate(option.length());
                    socket.getRawOpt(option.level(), option.optname(), value);
                    return value.flip();
                },
                (socket, value) -> socket.setRawOpt(option.level(), option.optname(), value));
    }

    private static void checkRange(ChannelOption<?> option, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    option + " is " + value + " but must be between " + min + " and " + max + '.');
        }
    }

    ChannelOption<T> option() {
        return option;
    }

    public T get(Socket socket) {
        try {
            checkOpen(socket);
            return getter.get(socket);
        } catch (IOException e) {
            throw new ChannelException("The kernel did not give the value of " + option + " on " + socket + '.', e);
        }
    }

    public void set(Socket socket, T value) {
        try {
            checkOpen(socket);
            setter.set(socket, value);
        } catch (IOException e) {
            throw new ChannelException("The kernel did not set " + option + " to " + value + " on " + socket + '.', e);
        }
    }

    /**
     * A closed socket keeps its descriptor's number, which may by now be another socket. Racy: a close on another
     * thread after this check is not seen, as with every descriptor.
     */
    private static void checkOpen(Socket socket) throws ClosedChannelException {
        if (!socket.isOpen()) {
            throw new ClosedChannelException();
        }
    }

    interface Getter<T> {
        T get(Socket socket) throws IOException;
    }

    interface Setter<T> {
        void set(Socket socket, T value) throws IOException;
    }
}
