// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Commands that run another one where a file system is mounted that nobody else sees; it is gone when they end. */
final class Mounted {
    private Mounted() {}

    /**
     * A command to put in front of another one. Where this machine does not allow what it does, the test is skipped.
     *
     * @param mount shell commands that mount
     */
    static List<String> command(String mount) throws Exception {
        List<String> command =
                List.of("unshare", "-m", "--propagation", "private", "sh", "-c", mount + " && exec \"$@\"", "sh");
        List<String> trial = new ArrayList<>(command);
        trial.add("true");
        Program.Result result = Program.run("util-linux", trial);
        assumeTrue(
                result.status() == 0,
                () -> "This machine does not allow \"" + mount + "\": "
                        + result.output().strip());
        return command;
    }

    /** A file or directory as the process sees it. */
    static Path seenBy(Process process, Path path) {
        return Path.of("/proc/" + process.pid() + "/root" + path.toAbsolutePath());
    }
}
