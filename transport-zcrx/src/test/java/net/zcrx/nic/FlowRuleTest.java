// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class FlowRuleTest {
    private static final int FLOW_TYPE = 16;
    private static final int UDP4 = 2;
    /** Mask of the rule, then of the IPv4 source port in it. */
    private static final int SOURCE_PORT_MASK = 16 + 76 + 8;

    private static final int COOKIE = 16 + 152;

    private final FlowRule any = new FlowRule(false, null, 8000, 3, 0);
    private final FlowRule ipv6 = new FlowRule(true, address("fd00:9::1"), 65535, 0, 7);

    @Test
    void shouldHaveTextThatEthtoolTakes() {
        assertEquals("flow-type tcp4 dst-port 8000 action 3", any.toString());
        assertEquals("flow-type tcp6 dst-ip fd00:9:0:0:0:0:0:1 dst-port 65535 context 7", ipv6.toString());
    }

    @Test
    void shouldParseItsText() {
        FlowRule ipv4 = new FlowRule(false, address("10.9.0.1"), 1, 15, 0);
        for (FlowRule rule : new FlowRule[] {any, ipv6, ipv4}) {
            assertEquals(rule, FlowRule.parse(rule.toString()));
        }
    }

    @Test
    void shouldRefuseOtherText() {
        for (String text : new String[] {
            "", "flow-type", "flow-type tcp4 dst-ip example.org dst-port 1 action 1", "a b", "dst-port x"
        }) {
            assertThrows(IllegalArgumentException.class, () -> FlowRule.parse(text), text);
        }
    }

    @Test
    void shouldMatchSamePacketsWhateverTheQueue() {
        assertTrue(any.matchesSame(any.onto(1, 0)));
        assertTrue(any.matchesSame(any.onto(0, 5)));
        assertFalse(any.matchesSame(new FlowRule(true, null, 8000, 3, 0)));
        assertFalse(any.matchesSame(new FlowRule(false, null, 8001, 3, 0)));
        assertFalse(any.matchesSame(new FlowRule(false, address("10.9.0.1"), 8000, 3, 0)));
    }

    @Test
    void shouldDecodeWhatItEncodes() {
        assertEquals(new NicRule(0, 3, 0, any), FlowRuleCodec.get(encoded(any)));
        assertEquals(new NicRule(0, 0, 7, ipv6), FlowRuleCodec.get(encoded(ipv6)));
    }

    @Test
    void shouldEncodePortInNetworkOrder() {
        ByteBuffer rule = encoded(any);
        int port = 16 + 4 + 10;
        assertEquals(8000 >> 8, rule.get(port));
        assertEquals(8000 & 0xff, rule.get(port + 1));
    }

    @Test
    void shouldNotTakeOtherRulesForOurs() {
        ByteBuffer udp = encoded(any).putInt(FLOW_TYPE, UDP4);
        assertNull(FlowRuleCodec.get(udp).flow());
        ByteBuffer withSourcePort = encoded(any).putShort(SOURCE_PORT_MASK, (short) -1);
        assertNull(FlowRuleCodec.get(withSourcePort).flow());
        ByteBuffer dropping = encoded(any).putLong(COOKIE, -1);
        assertEquals(new NicRule(0, NicRule.DROP, 0, null), FlowRuleCodec.get(dropping));
    }

    private static ByteBuffer encoded(FlowRule rule) {
        ByteBuffer out = ByteBuffer.allocate(FlowRuleCodec.BYTES).order(ByteOrder.nativeOrder());
        FlowRuleCodec.put(out, rule);
        return out;
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
