// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import java.util.ArrayList;
import java.util.List;

/** What zcrx shows otherwise than epoll, on purpose; each with what is left of it to compare. */
interface Difference {
    /** All of them. What one makes alike, the next may look at. */
    List<Difference> IN_ORDER = List.of(
            WriteDifference.WRITES_END_AFTER_FLUSH,
            ChannelDifference.CHANNELS_CLOSE_WITH_THEIR_LOOP,
            ChannelDifference.RESET_CONNECTIONS_ARE_NOT_HANDED_OUT,
            ChannelDifference.REFUSED_CONNECTIONS_CLOSE,
            ChannelDifference.SHUTDOWN_OF_OUTPUT_MAY_BE_CALLED_TWICE,
            ChannelDifference.CLOSED_CHANNELS_ARE_NOT_WRITABLE,
            ChannelDifference.LEAVING_TAKES_A_PASS,
            ChannelDifference.REFUSED_BYTES_END_A_CONNECTION,
            WriteDifference.WRITES_FAIL_WITH_WHAT_THEY_MEET,
            ChannelDifference.READS_HAVE_OTHER_LENGTHS,
            ChannelDifference.ACTIVE_CHANNELS_ARE_CONNECTED,
            ChannelDifference.DATA_IS_RECEIVED_AHEAD,
            WriteDifference.CLOSED_BY_FORCE_FAILS_WRITES,
            ChannelDifference.CLOSED_CHANNELS_TELL_NO_SHUTDOWN,
            ChannelDifference.LOOPS_THAT_END_TAKE_NO_CHANNEL,
            WriteDifference.SLOW_REGIONS_ARE_ASKED_AT_THE_END,
            WriteDifference.WRITES_FAIL_AFTER_SHUTDOWN,
            WriteDifference.WRITES_FAIL_AFTER_LEAVING,
            WriteDifference.BIG_WRITES_MEET_THE_END,
            ChannelDifference.NOTHING_TO_SHUT_DOWN,
            WriteDifference.SHUTDOWN_WAITS_FOR_WRITES,
            WriteDifference.WRITES_DO_NOT_STAND_STILL,
            ChannelDifference.CONNECTS_DO_NOT_STAND_STILL,
            ChannelDifference.GROUPS_END_AT_ONCE,
            WriteDifference.LISTENERS_OF_WRITES_RUN_AFTER_FLUSH);

    /** Ends the last section of which all is compared that is to be. */
    String OVER = "What comes after this is not compared.";

    /** The section with what differs made alike. */
    List<String> without(Scenario scenario, List<String> section);

    /** The section with all that differs on purpose made alike. */
    static List<String> withoutAll(Scenario scenario, List<String> section) {
        List<String> alike = section;
        for (Difference difference : IN_ORDER) {
            alike = difference.without(scenario, alike);
        }
        return Trace.withReadsJoined(alike);
    }

    static boolean fails(List<String> section) {
        return section.stream().anyMatch(line -> line.endsWith(" fails"));
    }

    static boolean ended(List<String> section) {
        return section.stream().anyMatch(line -> line.matches("state .*, group end(ed|s)"));
    }

    static List<String> upTo(List<String> section, int end) {
        List<String> first = new ArrayList<>(section.subList(0, end));
        first.add(OVER);
        return first;
    }

    /** Whether what comes after this section is not to be compared. */
    static boolean isOver(List<List<String>> sections, int index) {
        return index < sections.size() && sections.get(index).contains(OVER);
    }
}
