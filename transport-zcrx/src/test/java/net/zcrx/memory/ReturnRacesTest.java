// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import net.zcrx.stress.Jcstress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Races of {@code ReturnRaces}. Without the fence in {@code BufferPool} one sample in a thousand fails, and each race
 * gets some hundred thousand.
 */
class ReturnRacesTest {
    @Test
    void shouldMissNoReturn(@TempDir Path directory) throws IOException, InterruptedException {
        Set<String> races = Set.of("FirstSleep", "SecondSleep", "Close", "LastReference");
        Jcstress.assertPasses("net.zcrx.memory.race.ReturnRaces", races, directory, "-iters", "2", "-time", "1000");
    }
}
