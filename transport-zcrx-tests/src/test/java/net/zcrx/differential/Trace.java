package net.zcrx.differential;

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

    synchronized void add(String event) {
        events.add(event);
        additions++;
    }

    synchronized void addRead(int bytes) {
        int size = events.size();
        int before = size - 1;
        if (before >= 0 && events.get(before).equals(READ_COMPLETE)) {
            before--;
        }
        if (before >= 0 && events.get(before).startsWith(READ)) {
            int sum = Integer.parseInt(events.get(before).substring(READ.length())) + bytes;
            events.subList(before, size).clear();
            events.add(READ + sum);
        } else {
            events.add(READ + bytes);
        }
        additions++;
    }

    synchronized void addReadComplete() {
        additions++;
        if (!events.isEmpty() && events.get(events.size() - 1).startsWith(READ)) {
            events.add(READ_COMPLETE);
        }
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

    synchronized List<List<String>> sections() {
        return List.copyOf(sections);
    }
}
