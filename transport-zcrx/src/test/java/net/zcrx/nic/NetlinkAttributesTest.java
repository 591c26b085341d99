// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class NetlinkAttributesTest {
    private final ByteBuffer memory = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());
    private final NetlinkWriter out = new NetlinkWriter(memory);

    @Test
    void shouldReadWhatWasWritten() {
        out.u8(1, 200).u32(2, -5).string(3, "zcnic0").flag(4);
        NetlinkAttributes in = written();
        assertEquals(OptionalInt.of(200), in.number(1));
        assertEquals(OptionalInt.of(-5), in.number(2));
        assertEquals(Optional.of("zcnic0"), in.string(3));
        assertTrue(in.has(4));
        assertFalse(in.has(5));
        assertEquals(OptionalInt.empty(), in.number(5));
        assertEquals(Optional.empty(), in.string(5));
        assertEquals(OptionalInt.empty(), in.number(3), "a string is no number");
    }

    @Test
    void shouldAlignEveryAttribute() {
        out.u8(1, 1).string(2, "four").u8(3, 3);
        assertEquals(0, memory.position() % 4);
        assertEquals(OptionalInt.of(3), written().number(3));
    }

    @Test
    void shouldReadNests() {
        int outer = out.begin(1);
        for (int i = 0; i < 3; i++) {
            int inner = out.begin(2);
            out.u32(1, i).end(inner);
        }
        out.u32(7, 7).end(outer);
        NetlinkAttributes in = written().nested(1);
        assertEquals(
                List.of(0, 1, 2),
                in.allNested(2).stream()
                        .map(inner -> inner.number(1).orElseThrow())
                        .toList());
        assertEquals(OptionalInt.of(7), in.number(7));
        assertFalse(written().nested(9).has(1));
    }

    @Test
    void shouldStopAtAttributeThatDoesNotFit() {
        out.u32(1, 1).u32(2, 2);
        memory.putShort(8, (short) 9);
        NetlinkAttributes in = written();
        assertTrue(in.has(1));
        assertFalse(in.has(2));
        memory.putShort(8, (short) 3);
        assertFalse(written().has(2), "an attribute shorter than its header");
    }

    private NetlinkAttributes written() {
        return new NetlinkAttributes(
                memory.duplicate().order(ByteOrder.nativeOrder()).flip());
    }
}
