// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;

/** A server in a process of its own, to be deprived of rights or killed. */
final class Child {
    private static final Pattern NEEDED = Pattern.compile(
            "/transport-zcrx|/netty-(common|buffer|resolver|transport)|/jctools|/junit|/opentest4j|/logback|/slf4j");

    private Child() {}

    /** @param wrapper a command that runs another one, with its arguments; may be empty */
    static Command start(List<String> wrapper, ZcrxMode mode, int port, long areaBytes) throws IOException {
        return start(wrapper, Child.class, mode.name(), Integer.toString(port), Long.toString(areaBytes));
    }

    /** Another program. */
    static Command start(List<String> wrapper, Class<?> main, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(wrapper);
        words.addAll(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                main.getName()));
        words.addAll(List.of(arguments));
        return Command.start(words.toArray(String[]::new));
    }

    /** What a server needs of the class path: each jar makes a start in the virtual machine slower. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> NEEDED.matcher(entry).find())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Mode, port and bytes of the area. */
    public static void main(String[] arguments) {
        ZcrxIoHandlerConfig config =
                Server.zeroCopy().mode(ZcrxMode.valueOf(arguments[0])).areaBytes(Long.parseLong(arguments[2]));
        try (Server<PatternReader> server = Server.start(config, Integer.parseInt(arguments[1]), PatternReader::new)) {
            ZcrxMetrics metrics = server.metrics();
            System.out.println("mode=" + metrics.mode() + " reason=" + metrics.modeReason());
            System.out.println("listening");
            while (server.readers().stream().noneMatch(PatternReader::isClosed)) {
                LockSupport.parkNanos(10_000_000);
            }
            PatternReader reader = server.reader();
            reader.endsAfter(reader.received.get());
            System.out.println("DATA-OK " + reader.received.get());
        } catch (IllegalStateException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                System.out.println("refused=" + cause.getMessage());
            }
            System.exit(1);
        }
    }
}
