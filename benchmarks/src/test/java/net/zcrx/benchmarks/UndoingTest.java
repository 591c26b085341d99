// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UndoingTest {
    private final List<String> done = new ArrayList<>();

    private Undoing.Step step(String name) {
        return () -> done.add(name);
    }

    private static void fail(String why) throws IOException {
        throw new IOException(why);
    }

    @Test
    void shouldUndoTheLastChangeFirstAndAllOfThem() throws IOException {
        try (Undoing undoing = new Undoing(done::add)) {
            undoing.change("A", step("a"), step("undo a"));
            undoing.change("B", step("b"), () -> fail("busy"));
            undoing.change("C", step("c"), step("undo c"));
        }
        assertEquals(List.of("a", "b", "c", "undo c", "B could not be put back: busy", "undo a"), done);
    }

    @Test
    void shouldNotUndoWhatWasRefused() {
        try (Undoing undoing = new Undoing(done::add)) {
            assertThrows(IOException.class, () -> undoing.change("A", () -> fail("no"), step("undo a")));
        }
        assertEquals(List.of(), done);
    }

    @Test
    void shouldBeginNothingAtItsEnd() {
        Undoing undoing = new Undoing(done::add);
        undoing.close();
        assertThrows(IOException.class, () -> undoing.change("A", step("a"), step("undo a")));
        assertEquals(List.of(), done);
    }
}
