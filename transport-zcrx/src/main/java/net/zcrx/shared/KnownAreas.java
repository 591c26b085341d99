// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import net.zcrx.memory.Area;

/**
 * The areas that the other side has named, each until it has them forgotten, with the leases that came before them. Its
 * numbers grow without end; here each has one of few places, so that it costs the same however many there were. On the
 * channel's loop, but for {@link #releaseLeases}.
 */
final class KnownAreas {
    /** Most of them at a time, so that the other side cannot have this side map without end. */
    static final int MOST = 64;

    private final Known[] places = new Known[MOST];
    /** The area that was looked up last. */
    private Known latest;

    private int lastNumber;
    /** Descriptors of leases, of the area that comes next. */
    private final ArrayList<Integer> nextLeases = new ArrayList<>();

    /**
     * An area of the other side, or one that it was handed.
     *
     * @param place from 1 on
     */
    record Known(int number, int place, Area area, List<ForeignLeases.Held> leases) {}

    /** Returns the last number that the other side has named. */
    int lastNumber() {
        return lastNumber;
    }

    /** The area of a number; {@code null} if there is none. */
    Known find(int number) {
        if (latest != null && latest.number == number) {
            return latest;
        }
        for (Known each : places) {
            if (each != null && each.number == number) {
                latest = each;
                return each;
            }
        }
        return null;
    }

    /** Whether a message of an area, or of a lease, can come now. */
    boolean isNext(Message message) {
        return message.descriptor() >= 0 && message.number() == lastNumber + 1 && freePlace() >= 0;
    }

    private int freePlace() {
        for (int i = 0; i < MOST; i++) {
            if (places[i] == null) {
                return i;
            }
        }
        return -1;
    }

    void takeLease(int descriptor) throws RuleViolationException {
        if (nextLeases.size() > ForeignLeases.MOST || !ForeignLeases.isPipe(descriptor)) {
            ControlSocket.close(descriptor);
            throw new RuleViolationException(
                    "it sent a lease that is " + (nextLeases.size() > ForeignLeases.MOST ? "one too many" : "no pipe"));
        }
        nextLeases.add(descriptor);
    }

    /** Takes the descriptor of the next area. */
    Known takeArea(int descriptor) throws IOException {
        int place = freePlace();
        Known known = new Known(lastNumber + 1, place + 1, ForeignAreas.map(descriptor), new ArrayList<>());
        places[place] = known;
        lastNumber++;
        while (!nextLeases.isEmpty()) {
            known.leases.add(ForeignLeases.hold(known.area, nextLeases.remove(0)));
        }
        return known;
    }

    /** Leases came for a next area that does not come; returns whether there were any. */
    boolean forgetLeases(int number) {
        boolean any = number == lastNumber + 1 && !nextLeases.isEmpty();
        if (any) {
            closeNext();
        }
        return any;
    }

    private void closeNext() {
        nextLeases.forEach(ControlSocket::close);
        nextLeases.clear();
    }

    void forget(Known known) {
        places[known.place - 1] = null;
        latest = null;
        known.area.release();
        known.leases.forEach(ForeignLeases.Held::release);
    }

    /** Nothing is read any more. Buffers that are held keep their areas, and all keep the leases. */
    void close() {
        for (Known each : places) {
            if (each != null) {
                each.area.release();
            }
        }
        closeNext();
    }

    /** Releases the leases after {@link #close}, when no buffer is held any more; on any thread. */
    void releaseLeases() {
        for (Known each : places) {
            if (each != null) {
                each.leases.forEach(ForeignLeases.Held::release);
            }
        }
    }
}
