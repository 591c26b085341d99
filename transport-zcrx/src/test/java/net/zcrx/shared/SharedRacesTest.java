// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import net.zcrx.stress.Jcstress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Races of {@code SharedRaces}. Without the fence in {@code Bell} a wake-up is lost within some thousand samples. */
class SharedRacesTest {
    @Test
    void shouldMissNothing(@TempDir Path directory) throws IOException, InterruptedException {
        Set<String> races = Set.of("DataAndSleep", "ReturnAndSleep", "WriteAndRead");
        // Each state has descriptors and memory.
        String[] few = {"-iters", "1", "-time", "500", "-strideSize", "16", "-strideCount", "8"};
        Jcstress.assertPasses("net.zcrx.shared.SharedRaces", races, directory, few);
    }
}
