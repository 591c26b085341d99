// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PatternsTest {
    private static final List<Pattern> ALL = Patterns.matching(false, "");

    @Test
    void shouldHaveAName() {
        Set<String> names = new HashSet<>();
        for (Pattern pattern : ALL) {
            assertTrue(names.add(pattern.name()), () -> "two are called " + pattern.name());
            assertEquals(List.of(pattern), Patterns.matching(false, pattern.name()));
        }
    }

    /** Those of a series are measured on the same servers. */
    @Test
    void shouldShareAServerInASeries() {
        for (List<Pattern> series : Patterns.series(ALL)) {
            Pattern first = series.get(0);
            for (Pattern pattern : series) {
                assertEquals(first.placement(), pattern.placement(), pattern::name);
                assertEquals(first.loops(), pattern.loops(), pattern::name);
                assertEquals(Patterns.services(first), Patterns.services(pattern), pattern::name);
            }
        }
    }

    /** All servers of a series are there at once, and in the virtual machine all have the same ports. */
    @Test
    void shouldShareNoServerInTheVirtualMachine() {
        List<Pattern> all = Patterns.virtualMachine("");
        assertEquals(all.size(), Patterns.series(all).size());
    }

    @Test
    void shouldChooseAmongThoseOfTheVirtualMachine() {
        assertEquals(
                List.of("vm-store-memory-put-64Mx4", "vm-store-memory-put-64Mx1", "vm-store-disk-put-64Mx4"),
                Patterns.virtualMachine("store").stream().map(Pattern::name).toList());
        assertEquals(List.of(), Patterns.virtualMachine("incast-8"));
    }

    @Test
    void shouldPlaceFreelyWhatIsPinnedToo() {
        Set<String> names = ALL.stream().map(Pattern::name).collect(Collectors.toSet());
        for (Pattern pattern : ALL) {
            if (pattern.placement() == Placement.FREE && !pattern.load().get(0).isBulk()) {
                assertTrue(names.contains(pattern.name().replace("free-", "pinned-")), pattern::name);
            }
        }
    }
}
