// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A fixed amount of work on the server's processor. If it takes now long and now short, others are at work there. */
final class Calibration {
    /** The largest spread with which something is concluded. */
    static final double MAX_SPREAD = 0.15;

    private Calibration() {}

    static long nanoseconds(Setup setup) throws IOException {
        List<String> command = new ArrayList<>(setup.serverPrefix());
        command.addAll(List.of(setup.home().load().toString(), "calibrate"));
        Process process = Processes.start(command, setup.errors("load"), setup.limitSeconds());
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String value = KeyValues.parse(out).get("ns");
        if (value == null) {
            throw new IOException("The calibration failed; target/logs/load.log says why.");
        }
        return Long.parseLong(value);
    }
}
