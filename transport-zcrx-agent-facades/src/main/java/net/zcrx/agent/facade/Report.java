// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.facade;

import io.netty.channel.Channel;
import io.netty.channel.IoHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/** The counts of channels that ran on zcrx in the loader of this class. Safe on any thread. */
public final class Report {
    private static final List<Group> GROUPS = new ArrayList<>();
    private static final Map<Class<?>, LongAdder> CHANNELS = new ConcurrentHashMap<>();
    private static final AtomicBoolean TOLD = new AtomicBoolean();
    /** The totals of groups that have ended, so that an application may make many. */
    private static Totals over = Totals.NONE;

    private Report() {}

    static void add(Group group) {
        synchronized (GROUPS) {
            GROUPS.removeIf(old -> {
                boolean ended = old.isOver();
                if (ended) {
                    over = old.addTo(over);
                }
                return ended;
            });
            GROUPS.add(group);
        }
    }

    /** Counts a channel that has come to a loop. */
    public static void count(IoHandle handle, boolean onZcrx) {
        CHANNELS.computeIfAbsent(type(handle), type -> new LongAdder()).increment();
        if (onZcrx && TOLD.compareAndSet(false, true)) {
            Console.info("The first channel runs on zcrx, on thread "
                    + Thread.currentThread().getName() + ".");
        }
    }

    /** Returns the line that the agent's option report prints at the end. */
    public static String line() {
        Totals now;
        synchronized (GROUPS) {
            now = over;
            for (Group group : GROUPS) {
                now = group.addTo(now);
            }
        }
        return "groups=" + now.groups() + " loops=" + now.loops() + " modes=" + now.modes() + " received="
                + (now.zeroCopy() + now.copied()) + " zeroCopy=" + now.zeroCopy() + " copied=" + now.copied() + " held="
                + now.held() + " channels=" + channels();
    }

    private static Class<?> type(IoHandle handle) {
        return handle instanceof Channel.Unsafe unsafe
                ? unsafe.voidPromise().channel().getClass()
                : handle.getClass();
    }

    /** How many came to loops: those on zcrx by its own names. */
    private static Map<String, Long> channels() {
        Map<String, Long> counts = new TreeMap<>();
        CHANNELS.forEach((type, count) -> {
            boolean facade = type.getSuperclass().getName().startsWith("net.zcrx.Zcrx");
            counts.put((facade ? type.getSuperclass() : type).getSimpleName(), count.sum());
        });
        return counts;
    }
}
