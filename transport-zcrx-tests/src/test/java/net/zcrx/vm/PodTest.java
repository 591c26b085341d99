// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.zcrx.Zcrx;
import net.zcrx.doctor.Doctor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Zero copy in a container's network, by queues on lease. {@link PodEndTest} ends it in mid-transfer. */
@Tag("vm")
class PodTest {
    private static final long BYTES = 16 << 20;

    @Test
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "0",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldReceiveByZeroCopyOverEachLeasedQueue() throws Exception {
        try (Pod pod = Pod.up(2)) {
            assertTrue(Zcrx.zeroCopyCause(Nic.NAME, 1).getMessage().contains("is leased to a container"));
            try (Command server = pod.server(2)) {
                server.says("listening");
                assertTrue(server.output().contains("queues=2"), server::output);
                try (Command first = Nic.send(Pod.ADDRESS, Pod.PORT, BYTES);
                        Command second = Nic.send(Pod.ADDRESS, Pod.PORT, BYTES)) {
                    first.endsWell();
                    second.endsWell();
                }
                server.says("DATA-OK received=" + 2 * BYTES + " zeroCopy=" + 2 * BYTES);
                assertEquals(0, server.exitCode(), server::output);
            }
        }
        Nic.leaksNothing();
    }

    @Test
    @EnabledIfEnvironmentVariable(
            named = "ZCRX_FULL",
            matches = "1",
            disabledReason = "a full run only: it takes long in a virtual machine")
    void shouldSayInDoctorThatZeroCopyCanBeUsed() throws Exception {
        try (Pod pod = Pod.up(1)) {
            try (Command doctor = Child.start(pod.wrapper(), Doctor.class)) {
                assertEquals(0, doctor.exitCode(), doctor::output);
                assertTrue(doctor.output().contains("zcrx doctor: zcrx0, queue 1"), doctor::output);
                assertTrue(doctor.output().contains("netkit bound queue 1 for a moment"), doctor::output);
            }
            Command.run("ethtool", "-G", Nic.NAME, "tcp-data-split", "off");
            try (Command doctor = Child.start(pod.wrapper(), Doctor.class)) {
                assertEquals(1, doctor.exitCode(), doctor::output);
                assertTrue(doctor.output().replaceAll("\\s+", " ").contains("does not split headers"), doctor::output);
            }
        }
    }
}
