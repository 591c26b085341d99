// SPDX-License-Identifier: Apache-2.0
package net.zcrx.soak;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMode;

/** Groups that end when they have hardly begun, some at once and some while others give them tasks. */
final class ShortGroups implements Scenario {
    private static final int GROUPS = 150;
    private static final int MAX_LOOPS = 4;
    private static final long AREA_BYTES = 1 << 20;

    @Override
    public void round(Random random, Tally tally) throws Exception {
        for (int i = 0; i < GROUPS; i++) {
            int loops = 1 + random.nextInt(MAX_LOOPS);
            MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(
                    loops,
                    ZcrxIoHandler.newFactory(
                            new ZcrxIoHandlerConfig().mode(ZcrxMode.COPY).areaBytes(AREA_BYTES)));
            List<EventExecutor> begun = new ArrayList<>();
            for (EventExecutor loop : group) {
                if (random.nextInt(4) > 0) {
                    loop.submit(() -> {}).sync();
                    begun.add(loop);
                }
            }
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            if (random.nextBoolean()) {
                begun.forEach(ShortGroups::disturb);
            }
            if (!group.terminationFuture().await(Server.SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Event loops do not end within " + Server.SECONDS + " s.");
            }
            tally.add(Tally.Item.GROUPS, 1);
            tally.add(Tally.Item.LOOPS, loops);
        }
    }

    private static void disturb(EventExecutor loop) {
        try {
            loop.execute(() -> {});
        } catch (RejectedExecutionException e) {
            // It has ended before.
            return;
        }
    }
}
