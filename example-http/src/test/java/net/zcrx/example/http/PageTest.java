// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The live page in a real browser. Its pictures stay in the target directory, to be looked at. */
class PageTest {
    private static final int UPLOADED = 3_000_000;

    private static ServerProcess server;

    @TempDir
    private Path files;

    @BeforeAll
    static void start() throws Exception {
        server = ServerProcess.start(TransportName.ZCRX);
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            server.assertNoLeak();
        } finally {
            server.stop();
        }
    }

    private String chromium(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + Files.createTempDirectory(files, "profile"),
                "--window-size=1100,1000",
                "--virtual-time-budget=8000"));
        command.addAll(List.of(arguments));
        command.add(server.url("/"));
        return Program.run("chromium", command).succeeded().output();
    }

    private static String text(String page, String id) {
        Matcher element = Pattern.compile("id=\"" + id + "\"[^>]*>([^<]*)<").matcher(page);
        assertTrue(element.find(), () -> id + " is not in\n" + page);
        return element.group(1);
    }

    private void upload() throws Exception {
        Path content = RandomFile.create(files, "content", UPLOADED);
        Program.run("curl", List.of("curl", "-sS", "--fail", "-T", content.toString(), server.url("/objects/content")))
                .succeeded();
    }

    @Test
    void shouldFillItselfInAndGoOnUpdating() throws Exception {
        upload();
        String page = chromium("--dump-dom");
        assertEquals("live", text(page, "state"));
        assertEquals("zcrx", text(page, "transport"));
        assertTrue(text(page, "mode").matches("[A-Z_]+"), page);
        long copied = Long.parseLong(text(page, "copiedExact").replaceAll("[^0-9]", ""));
        assertTrue(copied >= UPLOADED, page);
        assertTrue(text(page, "heldBuffers").matches("\\d+"), page);
        assertTrue(text(page, "connections").matches("[1-9]\\d*"), page);
        assertTrue(text(page, "requests").matches("[1-9][\\d,]*"), page);
        assertTrue(page.contains("<td>201</td>"), page);
        // There is a rate, and a bar for it, only after a second update.
        assertTrue(text(page, "rate").endsWith("/s"), page);
        assertTrue(page.contains("<rect"), page);
    }

    @Test
    void shouldLookGood() throws Exception {
        upload();
        for (String scheme : List.of("light", "dark")) {
            Path picture = Path.of("target", "page-" + scheme + ".png").toAbsolutePath();
            Files.deleteIfExists(picture);
            chromium(
                    "--screenshot=" + picture,
                    "--blink-settings=preferredColorScheme=" + (scheme.equals("dark") ? "0" : "1"));
            var image = ImageIO.read(picture.toFile());
            assertEquals(1100, image.getWidth());
            int background = image.getRGB(2, 2) & 0xff;
            assertEquals(scheme.equals("dark"), background < 128);
        }
    }
}
