// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What the user sees, one section for each step, in order. Written by several threads.
 *
 * <p>Made alike, as epoll itself gives it now so, now so: in how many buffers data comes within a step, and with that
 * how many channelReadComplete there are; one that follows no channelRead is left out.
 */
final class Trace {
    private static final String READ = "read ";
    private static final String READ_COMPLETE = "readComplete";

    private final List<List<String>> sections = new ArrayList<>();
    private List<String> events = new ArrayList<>();
    private int additions;
    /** Whether epoll has failed by itself; see {@link Comparison}. */
    private boolean failed;

    synchronized void add(String event) {
        events.add(event);
        failed |= event.matches(Comparison.FAULT_OF_EPOLL);
        additions++;
    }

    /** Of an action; {@code cause} is {@code null} if it has not failed. */
    synchronized void addResult(String result, Throwable cause) {
        add(result);
        for (Throwable next = cause; next != null; next = next.getCause()) {
            failed |= next instanceof UncheckedIOException;
        }
    }

    /** An exception that the user's handler, which is removed, does not hear of. */
    synchronized void noteFault(String exception) {
        failed |= exception.matches(Comparison.FAULT_OF_EPOLL);
    }

    synchronized void addRead(int bytes) {
        add(READ + bytes);
    }

    synchronized void addReadComplete() {
        additions++;
        events.add(READ_COMPLETE);
    }

    /** The section with what was read in a row, though other lines were in between, as one read. */
    static List<String> withReadsJoined(List<String> section) {
        List<String> joined = new ArrayList<>();
        for (String line : section) {
            int last = joined.size() - 1;
            String before = last < 0 ? "" : joined.get(last);
            if (line.equals(READ_COMPLETE)) {
                if (before.startsWith(READ)) {
                    joined.add(line);
                }
            } else if (!line.matches(READ + "[0-9]+")) {
                joined.add(line);
            } else {
                if (before.equals(READ_COMPLETE)) {
                    joined.remove(last--);
                    before = joined.get(last);
                }
                if (before.startsWith(READ)) {
                    joined.set(last, READ + (bytesOf(before) + bytesOf(line)));
                } else {
                    joined.add(line);
                }
            }
        }
        return joined;
    }

    private static int bytesOf(String read) {
        return Integer.parseInt(read.substring(READ.length()));
    }

    /** Grows with each event. */
    synchronized int additions() {
        return additions;
    }

    /** The section that is under way, closed with {@code state}. */
    synchronized List<String> section(String state) {
        List<String> section = new ArrayList<>(events);
        section.add(state);
        return section;
    }

    /** Ends the section that is under way, of which {@code section} is what counts. */
    synchronized void endSection(List<String> section) {
        sections.add(section);
        events = new ArrayList<>();
    }

    synchronized boolean hasFailed() {
        return failed;
    }

    synchronized List<List<String>> sections() {
        return List.copyOf(sections);
    }
}
