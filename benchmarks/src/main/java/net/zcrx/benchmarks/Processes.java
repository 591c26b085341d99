// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Child processes, none of which lasts for ever. */
final class Processes {
    private static final int STOP_SECONDS = 20;

    private Processes() {}

    /** Starts one that is destroyed after {@code limitSeconds}; whoever reads its output then sees the end of it. */
    static Process start(List<String> command, Redirect errors, long limitSeconds) throws IOException {
        Process process = new ProcessBuilder(command).redirectError(errors).start();
        process.onExit().orTimeout(limitSeconds, TimeUnit.SECONDS).whenComplete((ended, timeout) -> {
            if (timeout != null) {
                process.destroyForcibly();
            }
        });
        return process;
    }

    /** Closes the input, waits, and then destroys. */
    static void stop(Process process) {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (IOException e) {
            process.destroyForcibly();
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
