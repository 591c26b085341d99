// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Answers about queues as Linux 7.3 gives them: attributes of Documentation/netlink/specs/netdev.yaml. */
class NetdevNetlinkTest {
    private static final int ID = 1;
    private static final int NAPI_ID = 4;
    private static final int IO_URING = 6;
    private static final int LEASE = 8;

    @Test
    void shouldReadLeaseOfNicsQueue() {
        NicQueue queue = queue(out -> {
            out.u32(ID, 1).u32(NAPI_ID, 8198);
            int lease = out.begin(LEASE);
            out.u32(1, 4);
            int leased = out.begin(2);
            out.u32(1, 2).u32(3, 0).end(leased);
            out.u32(3, 0).end(lease);
        });
        assertEquals(Optional.of(new QueueLease(4, 2, OptionalInt.of(0))), queue.lease());
        assertEquals(
                "queue 2 of interface 4 in the network namespace with the id 0",
                queue.lease().get().toString());
        assertFalse(queue.isFree());
    }

    @Test
    void shouldReadQueueWithoutLease() {
        NicQueue queue = queue(out -> out.u32(ID, 1));
        assertEquals(Optional.empty(), queue.lease());
        assertTrue(queue.isFree());
        int io = IO_URING;
        NicQueue bound = queue(out -> {
            out.u32(ID, 1);
            out.end(out.begin(io));
        });
        assertEquals(Optional.of("io_uring"), bound.owner());
        assertFalse(bound.isFree());
    }

    @Test
    void shouldTellQueuesWithoutIdsFromInterfaceThatIsDown() {
        assertEquals(Optional.of(Map.of()), NetdevNetlink.queuesByNapi(List.of()));
        assertEquals(Optional.empty(), NetdevNetlink.queuesByNapi(List.of(answer(out -> out.u32(ID, 1)))));
        assertEquals(
                Optional.of(Map.of(8198, 1)),
                NetdevNetlink.queuesByNapi(List.of(answer(out -> out.u32(ID, 1).u32(NAPI_ID, 8198)))));
    }

    private static NicQueue queue(Consumer<NetlinkWriter> attributes) {
        return NetdevNetlink.queue(answer(attributes), Map.of());
    }

    private static NetlinkAttributes answer(Consumer<NetlinkWriter> attributes) {
        ByteBuffer memory = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());
        attributes.accept(new NetlinkWriter(memory));
        return new NetlinkAttributes(memory.flip());
    }
}
