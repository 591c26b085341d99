// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** An object goes from the pages of the NIC to the page cache: nothing but the write copies it. */
@Tag("vm")
class PutTest {
    private static final int BYTES = 8 << 20;

    @TempDir
    private Path directory;

    @Test
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "1",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldStoreObjectFromPagesOfNic() throws Exception {
        Nic.up();
        Path object = directory.resolve("object");
        byte[] bytes = new byte[BYTES];
        new Random(1).nextBytes(bytes);
        Files.write(object, bytes);
        Path stored = directory.resolve("stored");
        String url = "http://" + Nic.ADDRESS + ":" + Nic.PORT;
        try (Command server = Command.start(
                "./zcrx",
                "run",
                "--port",
                Integer.toString(Nic.PORT),
                "--interface",
                Nic.NAME,
                "--queue",
                Integer.toString(Nic.QUEUE),
                "--data-dir",
                stored.toString())) {
            server.says("mode=ZERO_COPY");
            curl("--upload-file", object.toString(), url + "/objects/object");
            String metrics = curl(url + "/metrics");
            long copied = value(metrics, "zcrx_received_bytes_total{kind=\"copied\"}");
            long zeroCopy = value(metrics, "zcrx_received_bytes_total{kind=\"zero_copy\"}");
            assertTrue(zeroCopy > BYTES, metrics);
            // The start of a short request may come with its headers.
            assertTrue(copied <= BYTES / 100, metrics);
            assertEquals(0, value(metrics, "zcrx_copied_out_bytes_total"), metrics);
            assertEquals(BYTES, value(metrics, "zcrx_file_bytes_total{kind=\"write\"}"), metrics);
        }
        assertEquals(-1, Files.mismatch(object, stored.resolve("object")));
        Nic.leaksNothing();
    }

    private static String curl(String... words) throws Exception {
        List<String> all =
                new ArrayList<>(List.of("nic-peer", "curl", "--silent", "--show-error", "--fail", "--noproxy", "*"));
        all.addAll(List.of(words));
        return Command.run(all.toArray(String[]::new));
    }

    private static long value(String metrics, String name) {
        Matcher line =
                Pattern.compile("(?m)^" + Pattern.quote(name) + " (\\S+)$").matcher(metrics);
        assertTrue(line.find(), () -> name + " in " + metrics);
        return (long) Double.parseDouble(line.group(1));
    }
}
