// SPDX-License-Identifier: Apache-2.0
package net.zcrx.soak;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** The process that is soaked: turns through the scenarios until its time is over, and tells what it has kept. */
final class Worker {
    private static final List<Scenario> SCENARIOS =
            List.of(new ShortGroups(), new Churn(), new SlowPeers(), new Exhaustion());
    /** Until then the JVM learns the code, and pools grow. */
    private static final int WARM_TURNS = 8;

    private Worker() {}

    /** Seed and seconds. */
    public static void main(String[] arguments) throws Exception {
        Random random = new Random(Long.parseLong(arguments[0]));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[1]));
        Tally tally = new Tally();
        Footprint begin = null;
        for (int turn = 0; turn < WARM_TURNS || System.nanoTime() - deadline < 0; turn++) {
            for (Scenario scenario : SCENARIOS) {
                long seed = random.nextLong();
                try {
                    scenario.round(new Random(seed), tally);
                } catch (Exception e) {
                    System.out.println("fault=" + scenario.getClass().getSimpleName() + " in turn " + turn
                            + " with seed " + seed + ": " + e);
                    e.printStackTrace();
                    System.exit(1);
                }
                tally.add(Tally.Item.ROUNDS, 1);
            }
            if (turn == WARM_TURNS - 1) {
                begin = settled(null);
                System.out.println("begin=" + begin);
            }
        }
        Footprint end = settled(begin);
        System.out.println("tally=" + tally);
        System.out.println("end=" + end);
        if (!end.isFlatSince(begin)) {
            System.out.println("fault=The process has kept something: at the begin " + begin + ", at the end " + end);
            System.exit(1);
        }
    }

    /** When what is on its way out has gone: threads of the system's end a while after their work. */
    private static Footprint settled(Footprint begin) throws IOException, InterruptedException {
        System.gc();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(begin == null ? 5 : Server.SECONDS);
        Footprint now = Footprint.now();
        while (System.nanoTime() - deadline < 0 && (begin == null || !now.isFlatSince(begin))) {
            Thread.sleep(100);
            now = Footprint.now();
        }
        return now;
    }
}
