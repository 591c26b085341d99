// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NicSettingTest {
    @Test
    void shouldMoveOnlyWhatGoesToTheQueues() throws NicException {
        NicSnapshot nic = TestNic.with(4, List.of(0, 1, 2, 3, 0, 1, 2, 3));
        assertEquals("default", NicSetting.HASH_TABLE.current(nic));
        assertEquals("0,1,2,0,0,1,2,1", NicSetting.HASH_TABLE.wanted(nic, Set.of(3)));
        assertEquals("0,0,0,0,0,0,0,0", NicSetting.HASH_TABLE.wanted(nic, Set.of(1, 2, 3)));
    }

    @Test
    void shouldLeaveTableThatAvoidsTheQueues() throws NicException {
        NicSnapshot nic = TestNic.with(4, List.of(0, 0, 2, 2));
        assertEquals("0,0,2,2", NicSetting.HASH_TABLE.current(nic));
        assertEquals("0,0,2,2", NicSetting.HASH_TABLE.wanted(nic, Set.of(3)));
    }

    @Test
    void shouldRefuseToTakeTheLastQueue() {
        NicSnapshot nic = TestNic.with(2, List.of(0, 1, 0, 1));
        NicException refusal = assertThrows(NicException.class, () -> NicSetting.HASH_TABLE.wanted(nic, Set.of(0, 1)));
        assertEquals(
                "No queue of zcnic0 would be left for other traffic than that of queues [0, 1]. Leave RSS one queue, or"
                        + " add some with: sudo ethtool -L zcnic0 combined N",
                refusal.getMessage().replace("[1, 0]", "[0, 1]"));
    }

    @Test
    void shouldGiveCommandThatDoesTheSame() {
        assertEquals("ethtool -X eth0 weight 2 0 1", NicSetting.HASH_TABLE.command("eth0", "0,2,0"));
        assertEquals("ethtool -X eth0 default", NicSetting.HASH_TABLE.command("eth0", "default"));
        assertEquals("ethtool -G eth0 tcp-data-split on", NicSetting.SPLIT.command("eth0", "ON"));
        assertEquals("ethtool -G eth0 hds-thresh 256", NicSetting.THRESHOLD.command("eth0", "256"));
        assertEquals("ethtool -K eth0 ntuple off", NicSetting.NTUPLE.command("eth0", "false"));
    }
}
