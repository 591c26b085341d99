// SPDX-License-Identifier: Apache-2.0
package io.netty.channel.epoll;

import io.netty.channel.Channel;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.SelectStrategyFactory;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.netty.util.internal.ObjectUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import net.zcrx.agent.facade.Descriptor;
import net.zcrx.agent.facade.Group;
import net.zcrx.agent.facade.Report;

/**
 * A zcrx loop under the name that the application knows: its TCP channels are on the loop's ring. Other channels
 * (datagrams, unix domain sockets) are still Netty's own, on an epoll instance that is made for the first such channel,
 * and that the ring watches.
 */
public class EpollIoHandler implements IoHandler {
    private final ThreadAwareExecutor executor;
    private final IoHandler zcrx;

    private final IntObjectMap<DefaultEpollIoRegistration> registrations = new IntObjectHashMap<>();
    private final NativeArrays arrays = new NativeArrays();
    /** {@code null} as long as all channels are on the ring. */
    private FileDescriptor epoll;

    private EpollEventArray events;

    EpollIoHandler(ThreadAwareExecutor executor, IoHandler zcrx) {
        this.executor = executor;
        this.zcrx = zcrx;
    }

    public static IoHandlerFactory newFactory() {
        return newFactory(0, DefaultSelectStrategyFactory.INSTANCE);
    }

    /** The arguments are for a loop that waits by epoll, so that only their ranges matter. */
    public static IoHandlerFactory newFactory(int maxEvents, SelectStrategyFactory selectStrategyFactory) {
        Epoll.ensureAvailability();
        ObjectUtil.checkPositiveOrZero(maxEvents, "maxEvents");
        ObjectUtil.checkNotNull(selectStrategyFactory, "selectStrategyFactory");
        Group group = Group.add();
        return executor -> new EpollIoHandler(executor, group.newHandler(executor));
    }

    @Override
    public void initialize() {
        zcrx.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return zcrx.run(context);
    }

    @Override
    public void wakeup() {
        zcrx.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return EpollIoHandle.class.isAssignableFrom(handleType) || zcrx.isCompatible(handleType);
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        Report.count(handle, !(handle instanceof EpollIoHandle));
        if (!(handle instanceof EpollIoHandle)) {
            return zcrx.register(handle);
        }
        if (epoll == null) {
            openEpoll();
        }
        DefaultEpollIoRegistration registration = new DefaultEpollIoRegistration((EpollIoHandle) handle);
        registrations.put(registration.fd(), registration);
        handle.registered();
        return registration;
    }

    private void openEpoll() throws Exception {
        FileDescriptor opened = Native.newEpollCreate();
        try {
            Descriptor.watch(opened.intValue(), zcrx, this::handleEvents);
        } catch (Exception | Error e) {
            opened.close();
            throw e;
        }
        events = new EpollEventArray(64);
        epoll = opened;
    }

    private void handleEvents() {
        int ready;
        try {
            ready = Native.epollWait(epoll, events, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (int i = 0; i < ready; i++) {
            DefaultEpollIoRegistration registration = registrations.get(events.fd(i));
            // Else it was cancelled by a channel that had its turn before.
            if (registration != null) {
                registration.handle(events.events(i));
            }
        }
        if (ready == events.length()) {
            events.increase();
        }
    }

    @Override
    public void prepareToDestroy() {
        for (DefaultEpollIoRegistration registration :
                registrations.values().toArray(new DefaultEpollIoRegistration[0])) {
            registration.close();
        }
        zcrx.prepareToDestroy();
    }

    @Override
    public void destroy() {
        try {
            zcrx.destroy();
        } finally {
            arrays.free();
            if (epoll != null) {
                events.free();
                close(epoll);
                epoll = null;
            }
        }
    }

    private static void close(FileDescriptor descriptor) {
        try {
            descriptor.close();
        } catch (IOException e) {
            // It is gone all the same.
        }
    }

    /** {@code EpollEventLoop.registeredChannels()} tells -1 then: it is not known. */
    int numRegisteredChannels() {
        return -1;
    }

    List<Channel> registeredChannelsList() {
        throw new UnsupportedOperationException("zcrx-agent: the channels of an event loop cannot be listed.");
    }

    /** The registration of a channel whose events epoll reports. */
    private final class DefaultEpollIoRegistration implements IoRegistration {
        private final EpollIoHandle handle;
        /** Whether the kernel has the registration. */
        private boolean added;

        private boolean cancelled;

        DefaultEpollIoRegistration(EpollIoHandle handle) {
            this.handle = handle;
        }

        int fd() {
            return handle.fd().intValue();
        }

        @Override
        @SuppressWarnings("unchecked") // AbstractEpollChannel expects this type.
        public <T> T attachment() {
            return (T) arrays;
        }

        @Override
        public synchronized long submit(IoOps ops) {
            if (cancelled) {
                return -1;
            }
            int interest = ((EpollIoOps) ops).value;
            try {
                submit(interest);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return interest;
        }

        private void submit(int interest) throws IOException {
            if (interest == EpollIoOps.NONE.value) {
                // A descriptor that stays there would be reported as hung up without end.
                if (added) {
                    Native.epollCtlDel(epoll.intValue(), fd());
                    added = false;
                }
            } else if (added) {
                Native.epollCtlMod(epoll.intValue(), fd(), interest);
            } else {
                Native.epollCtlAdd(epoll.intValue(), fd(), interest);
                added = true;
            }
        }

        @Override
        public synchronized boolean isValid() {
            return !cancelled;
        }

        @Override
        public boolean cancel() {
            synchronized (this) {
                if (cancelled) {
                    return false;
                }
                cancelled = true;
            }
            if (executor.isExecutorThread(Thread.currentThread())) {
                leave();
            } else {
                executor.execute(this::leave);
            }
            return true;
        }

        private void leave() {
            if (registrations.get(fd()) == this) {
                registrations.remove(fd());
            }
            // The kernel forgets a descriptor that is closed by itself.
            if (added && handle.fd().isOpen()) {
                try {
                    Native.epollCtlDel(epoll.intValue(), fd());
                } catch (IOException e) {
                    // It was not there any more.
                }
            }
            handle.unregistered();
        }

        void handle(long event) {
            handle.handle(this, EpollIoOps.eventOf((int) event));
        }

        void close() {
            cancel();
            try {
                handle.close();
            } catch (Exception e) {
                // The loop ends, whatever one of its channels thinks of it.
            }
        }
    }
}
