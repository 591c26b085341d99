// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.util.ArrayList;
import java.util.List;
import net.zcrx.Zcrx;
import net.zcrx.benchmarks.Peer;
import net.zcrx.uring.Native;

/**
 * A transport as it is measured.
 *
 * @param zeroCopy whether it binds the NIC's queues
 * @param bufferBytes how much of its memory the NIC takes at a time; 0 for a page, and for those that copy
 */
record Candidate(String name, Peer peer, boolean zeroCopy, int bufferBytes) {
    static final List<String> NAMES = List.of("epoll", "io_uring", "io_uring-ring", "zcrx-copy", "zcrx");

    /** The size of a page; 0 where zcrx does not work, and is not measured. */
    private static final int PAGE = Zcrx.isAvailable() ? Native.pageSize() : 0;

    /**
     * Those with these names, and the one with zero copy once for each size of a buffer.
     *
     * @throws IllegalArgumentException if there is none of that name; it says which there are
     */
    static List<Candidate> of(List<String> names, List<Integer> bufferBytes) {
        List<Candidate> all = new ArrayList<>();
        for (String name : names) {
            switch (name) {
                case "epoll", "io_uring", "io_uring-ring" -> all.add(new Candidate(name, Peer.of(name), false, 0));
                case "zcrx-copy" -> all.add(new Candidate(name, Peer.ZCRX, false, 0));
                case "zcrx" ->
                    // Sizes of up to a page stand for a page, and are measured once.
                    bufferBytes.stream()
                            .map(bytes -> bytes <= PAGE ? 0 : bytes)
                            .distinct()
                            .forEach(bytes -> all.add(new Candidate(name, Peer.ZCRX, true, bytes)));
                default ->
                    throw new IllegalArgumentException(
                            "There is no transport " + name + "; there are " + String.join(", ", NAMES) + '.');
            }
        }
        return all;
    }

    /** Returns the name, with the size of the buffers if that is not a page. */
    String label() {
        return label(name, bufferBytes);
    }

    static String label(String name, int bufferBytes) {
        return bufferBytes == 0 ? name : name + ' ' + bufferBytes / 1024 + "K";
    }
}
