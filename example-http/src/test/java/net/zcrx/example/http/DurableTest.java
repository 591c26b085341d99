// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** With {@code --durable} what was answered is on the device: a copy of it has all, as after a loss of power. */
@ParameterizedClass(name = "{0}")
@EnumSource(
        value = TransportName.class,
        names = {"ZCRX", "EPOLL"})
class DurableTest {
    private static final int BYTES = 300_001;

    private static ServerProcess server;

    @Parameter
    private TransportName transport;

    @TempDir
    private Path files;

    @BeforeParameterizedClassInvocation
    static void start(TransportName transport) throws Exception {
        // The longest time between commits that ext4 has, so that none comes by chance.
        String mount = "truncate -s 24m $2/image && mkfs.ext4 -q -F $2/image && mount -o loop,commit=300 $2/image $1";
        server = ServerProcess.startMounted(mount, transport, "--durable");
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        if (server != null) {
            server.assertNoLeak();
            server.stop();
            server = null;
        }
    }

    private static String status(Protocol protocol, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "60", "-o", "/dev/null"));
        command.addAll(List.of("-w", "%{http_code}"));
        command.addAll(protocol.curlOptions);
        command.addAll(List.of(arguments));
        return Program.run("curl", command).succeeded().output();
    }

    /** What {@code ls} and {@code sha256sum} say of a device that has what this one has now. */
    private String afterLossOfPower() throws Exception {
        Path image = Files.copy(server.directory().resolve("image"), files.resolve("image"));
        Path mounted = Files.createDirectory(files.resolve("mounted"));
        List<String> command = new ArrayList<>(Mounted.command("mount -o loop " + image + ' ' + mounted));
        command.addAll(List.of("sh", "-c", "cd " + mounted + " && rmdir lost+found && sha256sum *"));
        String said = Program.run("util-linux", command).output();
        Files.delete(image);
        Files.delete(mounted);
        return said;
    }

    @Test
    void shouldKeepWhatWasAnswered() throws Exception {
        StringBuilder objects = new StringBuilder();
        for (Protocol protocol : List.of(Protocol.HTTP_1_1, Protocol.HTTP_2)) {
            Path content = RandomFile.create(files, protocol.name(), BYTES);
            String url = server.url("/objects/" + protocol);
            assertEquals("201", status(protocol, "-T", content.toString(), url));
            objects.append(RandomFile.sha256(content))
                    .append("  ")
                    .append(protocol)
                    .append('\n');
            assertEquals(objects.toString(), afterLossOfPower());
        }
        for (Protocol protocol : List.of(Protocol.HTTP_1_1, Protocol.HTTP_2)) {
            assertEquals("204", status(protocol, "-X", "DELETE", server.url("/objects/" + protocol)));
            objects.delete(0, objects.indexOf("\n") + 1);
            if (objects.length() > 0) {
                assertEquals(objects.toString(), afterLossOfPower());
            }
        }
    }
}
