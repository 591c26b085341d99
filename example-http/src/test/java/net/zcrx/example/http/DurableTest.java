// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** With {@code --durable} what was answered is on the device: a copy of it has all, as after a loss of power. */
@TestMethodOrder(MethodOrderer.MethodName.class)
@ParameterizedClass(name = "{0}")
@EnumSource(
        value = TransportName.class,
        names = {"ZCRX", "EPOLL"})
class DurableTest {
    private static final int BYTES = 300_001;
    /** It promises more than it has, and fails when that is used up. */
    private static final int DEVICE_BYTES = 12 << 20;

    private static final int DISK_BYTES = 32 << 20;
    private static final int TOO_MUCH = 20 << 20;

    private static ServerProcess server;

    @Parameter
    private TransportName transport;

    @TempDir
    private Path files;

    @BeforeParameterizedClassInvocation
    static void start(TransportName transport) throws Exception {
        // The longest time between commits that ext4 has, so that none happens by chance.
        String mount = "mount -t tmpfs -o size=" + DEVICE_BYTES + " zcrx $2/device"
                + " && truncate -s " + DISK_BYTES + " $2/device/image && mkfs.ext4 -q -F $2/device/image"
                + " && mount -o loop,commit=300 $2/device/image $1"
                // Or root might read any directory.
                + " && exec setpriv --bounding-set=-dac_override,-dac_read_search \"$@\"";
        server = ServerProcess.startMounted(mount, transport, "--durable");
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        if (server != null) {
            server.collectGarbage();
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
        Path device = Mounted.seenBy(server.process(), server.directory().resolve("device"));
        Path image = Files.copy(device.resolve("image"), files.resolve("image"));
        Path mounted = Files.createDirectory(files.resolve("mounted"));
        List<String> command = new ArrayList<>(Mounted.command("mount -o loop " + image + ' ' + mounted));
        command.addAll(List.of("sh", "-c", "cd " + mounted + " && rmdir lost+found && sha256sum *"));
        String said = Program.run("util-linux", command).output();
        Files.delete(image);
        Files.delete(mounted);
        return said;
    }

    /**
     * The page cache takes it: that the device does not shows when it is forced. After that the disk may do nothing.
     */
    @Test
    void zShouldRefuseWhatDeviceDoesNotKeep() throws Exception {
        Path content = RandomFile.create(files, "much", TOO_MUCH);
        String url = server.url("/objects/much");
        String status = status(Protocol.HTTP_1_1, "-T", content.toString(), url);
        assertTrue(Set.of("500", "507").contains(status), status);
        assertEquals("404", status(Protocol.HTTP_2, url));
    }

    /** It cannot be forced, as for that it is opened. What is refused for that must not have happened. */
    @Test
    void shouldChangeNothingInDirectoryThatCannotBeForced() throws Exception {
        String url = server.url("/objects/forced");
        assertEquals("201", status(Protocol.HTTP_1_1, "-X", "PUT", "--data", "first", url));
        Files.setPosixFilePermissions(server.objects(), PosixFilePermissions.fromString("-wx------"));
        for (Protocol protocol : List.of(Protocol.HTTP_1_1, Protocol.HTTP_2)) {
            assertEquals("403", status(protocol, "-X", "PUT", "--data", "second", url));
            assertEquals("403", status(protocol, "-X", "PUT", "--data", "second", url + "-2"));
            assertEquals("403", status(protocol, "-X", "DELETE", url));
            assertEquals("404", status(protocol, url + "-2"));
        }
        Files.setPosixFilePermissions(server.objects(), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertEquals("first", server.get("/objects/forced"));
        assertEquals("204", status(Protocol.HTTP_1_1, "-X", "DELETE", url));
        assertEquals(List.of(), server.unfinished());
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
