// SPDX-License-Identifier: Apache-2.0
package net.zcrx.environment;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private static final String HEADING = "### ";

    private Containers() {}

    /** The sentence is found in docs/containers.md by one of its headings. */
    static void assertHasHeading(String sentence) throws IOException {
        Path document = Path.of(System.getProperty("basedir"), "../docs/containers.md");
        assertTrue(
                Files.readAllLines(document).stream()
                        .filter(line -> line.startsWith(HEADING))
                        .anyMatch(line -> sentence.contains(line.substring(HEADING.length()))),
                () -> "No heading of docs/containers.md is in: " + sentence);
    }

    /** Nothing of what a sentence asks for is of no use in a container. */
    static void assertFits(String sentence) {
        for (String useless : List.of("sudo", "apt ", "reboot", "ulimit -")) {
            assertFalse(sentence.contains(useless), () -> "Not in a container: " + sentence);
        }
    }
}
