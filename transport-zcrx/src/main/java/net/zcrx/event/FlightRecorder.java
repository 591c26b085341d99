// SPDX-License-Identifier: Apache-2.0
package net.zcrx.event;

import io.netty.channel.unix.Socket;
import java.util.function.LongSupplier;

/**
 * Passes events to the JDK's Flight Recorder. Where nothing is recorded, or this runtime has no Flight Recorder, each
 * call does nothing. Any thread; an event belongs to the thread that calls.
 */
public final class FlightRecorder {
    private static final boolean IS_THERE = isThere();

    private FlightRecorder() {}

    private static boolean isThere() {
        try {
            isRecording();
            return true;
        } catch (LinkageError e) {
            // The runtime has no module jdk.jfr; or on the module path nothing has asked for it.
            return false;
        }
    }

    /**
     * Whether there is, or was, a recording. Asked before the class of an event is used: the first such class of a
     * process makes the recorder start up, which takes some hundred milliseconds and would delay the first event loop.
     */
    private static boolean isRecording() {
        return jdk.jfr.FlightRecorder.isInitialized();
    }

    /** An event that lasts. */
    public interface Span {
        /** The event that nobody records. */
        Span NONE = (held, bytes) -> {};

        /**
         * The event is over.
         *
         * @param held pages or chunks that the application holds now
         * @param bytes that were copied out meanwhile
         */
        void end(int held, long bytes);
    }

    /**
     * An event loop starts.
     *
     * @param loop its number in the group, from 0
     * @param reason why the mode is not a better one; empty if it is the best
     */
    public static void loopStarts(int loop, String mode, String reason) {
        if (IS_THERE && isRecording()) {
            LoopStart.record(loop, mode, reason);
        }
    }

    /**
     * Called when a loop begins to copy out received data.
     *
     * @param held pages or chunks that the application holds now
     */
    public static Span copyingOutBegins(int held) {
        return IS_THERE && isRecording() ? CopyingOut.start(held) : Span.NONE;
    }

    /**
     * Called when the NIC found no free page.
     *
     * @param heldPages pages of data that the loop received, and that the application holds
     */
    public static void starves(int heldPages) {
        if (IS_THERE && isRecording()) {
            Starvation.record(heldPages);
        }
    }

    /**
     * A queue has got one more area.
     *
     * @param areas of the queue now
     * @param bytes of all of them
     */
    public static void grows(int areas, long bytes) {
        if (IS_THERE && isRecording()) {
            Growth.record(areas, bytes);
        }
    }

    /**
     * A connection is about to be ended, for its memory.
     *
     * @param bytes that it holds; asked only if this is recorded
     */
    public static void connectionEnds(Socket socket, LongSupplier bytes) {
        if (IS_THERE && isRecording()) {
            ConnectionEnded.record(socket, bytes);
        }
    }
}
