// SPDX-License-Identifier: Apache-2.0
package net.zcrx.environment;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;

/** Commands that run another one as in a container: with PIDs of its own. */
final class Containers {
    static final List<String> PODMAN = List.of("unshare", "--map-root-user", "--pid", "--fork", "--mount-proc");
    static final List<String> POD = List.of(
            "env",
            "KUBERNETES_SERVICE_HOST=10.96.0.1",
            "unshare",
            "--map-root-user",
            "--pid",
            "--fork",
            "--mount-proc");

    private Containers() {}

    /** Nothing of what a sentence asks for is of no use in a container. */
    static void assertFits(String sentence) {
        for (String useless : List.of("sudo", "apt ", "reboot", "ulimit -")) {
            assertFalse(sentence.contains(useless), () -> "Not in a container: " + sentence);
        }
    }
}
