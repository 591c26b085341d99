// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

/** Lists of processors as taskset takes them: {@code 0}, {@code 2-5}, {@code 0,2-3}. */
final class CpuList {
    private CpuList() {}

    static boolean contains(String list, int cpu) {
        for (String range : list.split(",")) {
            String[] ends = range.split("-");
            if (Integer.parseInt(ends[0]) <= cpu && cpu <= Integer.parseInt(ends[ends.length - 1])) {
                return true;
            }
        }
        return false;
    }

    static int first(String list) {
        return Integer.parseInt(list.split("[,-]")[0]);
    }
}
