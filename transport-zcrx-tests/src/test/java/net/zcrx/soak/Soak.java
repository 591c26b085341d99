// SPDX-License-Identifier: Apache-2.0
package net.zcrx.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * {@code ./zcrx soak}: a worker turns through the scenarios for the whole time while servers beside it are killed. A
 * report at the end; exit status 1 and a sentence for each fault.
 */
public final class Soak {
    /** Over its time, for what the worker has begun and for what must go. */
    private static final int MORE_SECONDS = 180;

    private final long seed;
    private final long seconds;
    private final Tally tally = new Tally();
    private final List<String> faults = new ArrayList<>();
    private String begin = "none";
    private String end = "none";
    private int leaks;
    private int mismatches;

    private Soak(long seed, long seconds) {
        this.seed = seed;
        this.seconds = seconds;
    }

    /** Seed and minutes. */
    public static void main(String[] arguments) throws Exception {
        long seed = Long.parseLong(arguments[0]);
        long minutes = Long.parseLong(arguments[1]);
        System.out.println("zcrx-soak: seed=" + seed + " minutes=" + minutes);
        Soak soak = new Soak(seed, TimeUnit.MINUTES.toSeconds(minutes));
        soak.run();
        soak.faults.forEach(fault -> System.out.println("zcrx-soak: fault: " + fault));
        System.out.println("zcrx-soak: begin " + soak.begin);
        System.out.println("zcrx-soak: end " + soak.end);
        System.out.println("zcrx-soak: minutes=" + minutes + " seed=" + seed + ' ' + soak.tally + " mismatches="
                + soak.mismatches + " leaks=" + soak.leaks + " faults=" + soak.faults.size());
        System.exit(soak.faults.isEmpty() ? 0 : 1);
    }

    private void run() throws Exception {
        Random random = new Random(seed);
        try (Jvm worker = new Jvm(List.of(), Worker.class, Long.toString(random.nextLong()), Long.toString(seconds))) {
            killBeside(worker, random);
            if (worker.isAlive()) {
                worker.askForStacks();
                worker.kill();
                List<String> words = worker.rest();
                words.forEach(System.out::println);
                faults.add("The worker did not end " + MORE_SECONDS + " s after its time; the stacks of its threads"
                        + " are above.");
            } else {
                judge(worker.rest(), worker.exitStatus());
            }
        }
    }

    private void killBeside(Jvm worker, Random random) throws InterruptedException {
        Kills kills = new Kills();
        long began = System.nanoTime();
        while (worker.isAlive() && isWithin(began, seconds + MORE_SECONDS)) {
            if (isWithin(began, seconds) && faults.isEmpty()) {
                long round = random.nextLong();
                try {
                    kills.round(new Random(round), tally);
                } catch (Exception e) {
                    faults.add("Kills with seed " + round + ": " + e);
                }
            }
            for (int pause = random.nextInt(100); pause >= 0 && worker.isAlive(); pause--) {
                Thread.sleep(100);
            }
        }
    }

    private static boolean isWithin(long began, long seconds) {
        return System.nanoTime() - began < TimeUnit.SECONDS.toNanos(seconds);
    }

    private void judge(List<String> words, int status) {
        for (String line : words) {
            if (line.startsWith("tally=")) {
                tally.add(line.substring(6));
            } else if (line.startsWith("begin=")) {
                begin = line.substring(6);
            } else if (line.startsWith("end=")) {
                end = line.substring(4);
            } else if (line.startsWith("fault=")) {
                faults.add(line.substring(6));
                mismatches += line.contains(": Byte ") || line.contains("is wrong") ? 1 : 0;
            } else if (line.contains("LEAK: ")) {
                leaks++;
                faults.add(line);
            } else if (line.startsWith("checking_free: ")) {
                faults.add(line);
            }
        }
        if (status != 0 && faults.isEmpty()) {
            faults.add("The worker died (exit status " + status + ").");
        }
        if (!faults.isEmpty()) {
            System.out.println("What the worker said:");
            words.forEach(System.out::println);
        }
    }
}
