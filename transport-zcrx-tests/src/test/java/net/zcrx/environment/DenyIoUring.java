// SPDX-License-Identifier: Apache-2.0
package net.zcrx.environment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program that runs another one under a seccomp filter: {@code src/test/c/deny_io_uring.c}. */
record DenyIoUring(Path program) {

    static DenyIoUring compile(Path directory) throws IOException, InterruptedException {
        Path program = directory.resolve("deny_io_uring");
        Probe.execute(List.of(
                "gcc",
                "-std=c11",
                "-D_GNU_SOURCE",
                "-Wall",
                "-Wextra",
                "-Werror",
                Path.of(System.getProperty("basedir"), "src/test/c/deny_io_uring.c")
                        .toString(),
                "-o",
                program.toString()));
        return new DenyIoUring(program);
    }

    /**
     * Returns the command to put before another one.
     *
     * @param call setup, enter or register
     * @param errno that it fails with
     */
    List<String> command(String call, String errno) {
        return List.of(program.toString(), call, errno);
    }

    /** Returns the same with a command before it. */
    List<String> in(List<String> wrapper, String call, String errno) {
        List<String> all = new ArrayList<>(wrapper);
        all.addAll(command(call, errno));
        return all;
    }
}
