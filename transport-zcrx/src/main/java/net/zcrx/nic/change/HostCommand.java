// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import net.zcrx.nic.NicException;

/** A program of the host, such as ip of iproute2, with its arguments. Takes milliseconds. */
record HostCommand(List<String> words) {
    private static final long TIMEOUT_SECONDS = 30;

    static HostCommand of(String... words) {
        return new HostCommand(List.of(words));
    }

    /** @throws NicException with the program's own words if it fails, or is missing */
    void run() throws NicException {
        Result result = start();
        if (result.status != 0) {
            throw new NicException("\"" + this + "\" failed: "
                    + result.output.strip().replaceAll("\\s*\n\\s*", "; ").replaceAll("[.;]+$", "") + ".");
        }
    }

    /** Runs it and returns what it prints; empty if it fails, or is missing. */
    Optional<String> output() {
        try {
            Result result = start();
            return result.status == 0 ? Optional.of(result.output.strip()) : Optional.empty();
        } catch (NicException e) {
            // Not every host has every program.
            return Optional.empty();
        }
    }

    private record Result(int status, String output) {}

    private Result start() throws NicException {
        try {
            ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
            // Its words go into sentences of ours.
            builder.environment().put("LC_ALL", "C");
            Process process = builder.start();
            process.getOutputStream().close();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new NicException("\"" + this + "\" did not end within " + TIMEOUT_SECONDS + " seconds.");
            }
            return new Result(
                    process.exitValue(), new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        } catch (NicException e) {
            throw e;
        } catch (IOException e) {
            throw new NicException(
                    words.get(0) + " could not be started; it comes with the packages iproute2 and util-linux.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NicException("\"" + this + "\" was interrupted.", e);
        }
    }

    /** The command for a shell. */
    @Override
    public String toString() {
        return String.join(" ", words);
    }
}
