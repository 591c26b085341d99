// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.zcrx.ZcrxChannelOption;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;
import net.zcrx.availability.Flags;
import net.zcrx.micrometer.ZcrxMeters;
import org.junit.jupiter.api.Test;

/** The tables of docs/options.md and docs/metrics.md have a row for all that the code has, and no other. */
class ReferenceTest {
    private static final Markdown OPTIONS = Markdown.of("docs/options.md");
    private static final Markdown METRICS = Markdown.of("docs/metrics.md");
    private static final Pattern EVENT = Pattern.compile("(?m)^@Name\\(\"(.*)\"\\)$");
    private static final Set<String> OF_OBJECT = Set.of("toString", "hashCode", "equals");
    /** Channels take these, but their configs do not report them as long as they are not set. */
    private static final Set<ChannelOption<?>> NOT_REPORTED =
            Set.of(ZcrxChannelOption.TCP_MD5SIG, ZcrxChannelOption.FLOW_STEERING);

    @Test
    void shouldListEverySettingOfEventLoops() {
        assertRows(
                methods(ZcrxIoHandlerConfig.class, method -> method.getReturnType() == ZcrxIoHandlerConfig.class),
                OPTIONS.names("Event loops"));
    }

    @Test
    void shouldListEverySystemProperty() throws IllegalAccessException {
        Set<String> names = new TreeSet<>();
        for (Field field : Flags.class.getFields()) {
            names.add((String) field.get(null));
        }
        assertRows(names, OPTIONS.names("System properties"));
    }

    @Test
    void shouldListEveryMode() {
        assertRows(
                Arrays.stream(ZcrxMode.values()).map(ZcrxMode::name).collect(Collectors.toSet()),
                OPTIONS.names("Modes"));
    }

    @Test
    void shouldListEveryMetric() {
        assertRows(
                methods(
                        ZcrxMetrics.class,
                        method -> method.getParameterCount() == 0 && !OF_OBJECT.contains(method.getName())),
                METRICS.names("All metrics"));
    }

    @Test
    void shouldListEveryMeter() {
        MeterRegistry registry = new SimpleMeterRegistry();
        new ZcrxMeters(ZcrxIoHandler.newFactory()).bindTo(registry);
        Set<String> meters = registry.getMeters().stream()
                .map(Meter::getId)
                .map(Meter.Id::getName)
                .collect(Collectors.toSet());
        assertRows(meters, METRICS.names("Micrometer and Prometheus"));
        for (Meter meter : registry.getMeters()) {
            String row = "| `" + meter.getId().getName() + "` | " + (meter instanceof Gauge ? "gauge" : "counter")
                    + ", " + meter.getId().getBaseUnit() + " |";
            assertTrue(METRICS.text().contains(row), () -> "docs/metrics.md lacks " + row);
        }
    }

    @Test
    void shouldListEveryEvent() throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> sources = Files.list(Markdown.ROOT.resolve("transport-zcrx/src/main/java/net/zcrx/event"))) {
            for (Path source : sources.toList()) {
                EVENT.matcher(Files.readString(source)).results().forEach(event -> names.add(event.group(1)));
            }
        }
        assertRows(names, METRICS.names("JFR events"));
    }

    @Test
    void shouldListEveryConstantOfZcrxChannelOption() {
        Set<String> rows = new TreeSet<>(OPTIONS.names("Connections"));
        rows.addAll(OPTIONS.names("Listeners"));
        Set<String> constants = constants();
        assertTrue(rows.containsAll(constants), () -> "docs/options.md lacks some of " + constants);
    }

    @Test
    void shouldListWhatConnectionTakes() {
        assertTakes(new ZcrxSocketChannel(), "Connections");
    }

    @Test
    void shouldListWhatListenerTakes() {
        assertTakes(new ZcrxServerSocketChannel(), "Listeners");
    }

    private static void assertTakes(Channel channel, String table) {
        Set<ChannelOption<?>> every =
                new EmbeddedChannel().config().getOptions().keySet();
        Set<ChannelOption<?>> own = new HashSet<>(channel.config().getOptions().keySet());
        channel.unsafe().closeForcibly();
        own.removeAll(every);
        Set<ChannelOption<?>> rows =
                OPTIONS.names(table).stream().map(ReferenceTest::option).collect(Collectors.toSet());
        assertTrue(rows.containsAll(own), () -> own + " are taken, but the table has " + rows);
        rows.removeAll(own);
        assertTrue(NOT_REPORTED.containsAll(rows), () -> "Some of " + rows + " are not taken.");
    }

    private static ChannelOption<?> option(String name) {
        try {
            return (ChannelOption<?>) ZcrxChannelOption.class.getField(name).get(null);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("docs/options.md has an option " + name + " that the code does not have.", e);
        }
    }

    private static Set<String> methods(Class<?> type, Predicate<Method> isMeant) {
        return Stream.of(type.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers()))
                .filter(isMeant)
                .map(Method::getName)
                .collect(Collectors.toSet());
    }

    private static Set<String> constants() {
        return Stream.of(ZcrxChannelOption.class.getDeclaredFields())
                .filter(field -> Modifier.isPublic(field.getModifiers()) && field.getType() == ChannelOption.class)
                .map(Field::getName)
                .collect(Collectors.toSet());
    }

    private static void assertRows(Collection<String> code, List<String> rows) {
        assertTrue(!code.isEmpty());
        List<String> expected = new ArrayList<>(new TreeSet<>(code));
        assertEquals(
                expected, rows.stream().sorted().toList(), "The table must have one row for each name in the code.");
    }
}
