// SPDX-License-Identifier: Apache-2.0
package net.zcrx.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;

/**
 * Binds the metrics of all event loops of a factory, added up, to a registry: {@code new ZcrxMeters(group)
 * .bindTo(registry)}. The names are in {@code docs/metrics.md}; {@link ZcrxMetrics} says what each means.
 *
 * <p>Values are read when the registry asks for them, and at no other time; on any thread. The registry does not keep
 * the event loops: when they have ended and nobody else has their factory, counters stay as they are and gauges are
 * {@code NaN}. Give each of several groups in one registry a tag of its own.
 */
public final class ZcrxMeters implements MeterBinder {
    private static final String BUFFERS = "buffers";
    private static final String OPERATIONS = "operations";
    private static final String PAGES = "pages";
    private static final String RECEIVES = "receives";
    private static final String SENDS = "sends";

    private final ZcrxIoHandlerFactory factory;
    private final Tags tags;

    /** Creates meters for the loops of a group. */
    public ZcrxMeters(ZcrxEventLoopGroup group) {
        this(group.ioHandlerFactory());
    }

    /** Creates meters for the loops that the factory made, and will make. */
    public ZcrxMeters(ZcrxIoHandlerFactory factory) {
        this(factory, List.of());
    }

    /** @param tags the tags that all meters get */
    public ZcrxMeters(ZcrxIoHandlerFactory factory, Iterable<Tag> tags) {
        this.factory = factory;
        this.tags = Tags.of(tags);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        new Binding(registry, factory, tags).bind();
    }

    /**
     * No function here may have a reference to the factory: a registry keeps functions, but not the objects that they
     * ask.
     */
    private record Binding(MeterRegistry registry, ZcrxIoHandlerFactory factory, Tags tags) {
        void bind() {
            received();
            held();
            pages();
            shortages();
            sends();
            files();
            shared();
            for (ZcrxMode mode : List.of(ZcrxMode.ZERO_COPY, ZcrxMode.COPY, ZcrxMode.KERNEL_COPY)) {
                loops(mode);
            }
        }

        private void received() {
            Binding zeroCopy = with("kind", "zero_copy");
            Binding copied = with("kind", "copied");
            String bytes = "Bytes received, by the way they came";
            zeroCopy.counter("received.bytes", BaseUnits.BYTES, ZcrxMetrics::zeroCopyBytes, bytes);
            copied.counter("received.bytes", BaseUnits.BYTES, ZcrxMetrics::copiedBytes, bytes);
            String buffers = "Buffers received, by the way their bytes came";
            zeroCopy.counter("received.buffers", BUFFERS, ZcrxMetrics::zeroCopyBuffers, buffers);
            copied.counter("received.buffers", BUFFERS, ZcrxMetrics::copiedBuffers, buffers);
            counter(
                    "copied.out.bytes",
                    BaseUnits.BYTES,
                    ZcrxMetrics::copiedOutBytes,
                    "Bytes copied out of the receive memory because the application held too many buffers");
            counter("fragments", "completions", ZcrxMetrics::fragments, "Completions of the kernel that brought data");
            counter(
                    "coalescings",
                    "waits",
                    ZcrxMetrics::coalescings,
                    "Waits for the data of long flows to gather, 50 microseconds at most");
        }

        private void held() {
            gauge("held.buffers", BUFFERS, ZcrxMetrics::heldBuffers, "Buffers that the application holds");
            gauge("held.bytes", BaseUnits.BYTES, ZcrxMetrics::heldBytes, "Bytes of the buffers that it holds");
            gauge(
                    "held.fragments",
                    "fragments",
                    ZcrxMetrics::heldFragments,
                    "Zero copy: fragments whose page the application holds");
            gauge("held.pages", PAGES, ZcrxMetrics::heldPages, "Zero copy: pages that the application holds");
            gauge(
                    "area.bytes",
                    BaseUnits.BYTES,
                    ZcrxMetrics::areaBytes,
                    "Memory, neither heap nor direct memory, that is mapped to receive into");
            gauge(
                    "resident.bytes",
                    BaseUnits.BYTES,
                    ZcrxMetrics::residentBytes,
                    "Of that, what may take memory of the system now");
        }

        private void pages() {
            counter("refills", PAGES, ZcrxMetrics::refills, "Pages, or chunks in mode COPY, given to the kernel");
            counter(
                    "refill.ring.full",
                    PAGES,
                    ZcrxMetrics::refillRingFull,
                    "Pages that found the ring to the kernel full and had to wait");
            counter(
                    "off.loop.returns",
                    BUFFERS,
                    ZcrxMetrics::offLoopReturns,
                    "Buffers released on a thread other than their loop's");
        }

        private void shortages() {
            counter(
                    "exhaustions",
                    RECEIVES,
                    ZcrxMetrics::exhaustions,
                    "Receives that ended because the kernel had no page or chunk");
            counter(
                    "starvations",
                    BaseUnits.EVENTS,
                    ZcrxMetrics::starvations,
                    "Reports of the kernel that the NIC found no free page");
            counter("copy.outs", BaseUnits.EVENTS, ZcrxMetrics::copyOuts, "Times that copying out began");
            counter("growths", "areas", ZcrxMetrics::growths, "Areas added because pages ran short");
            counter(
                    "completion.queue.full",
                    RECEIVES,
                    ZcrxMetrics::completionQueueFull,
                    "Receives that ended because the completion queue was full");
        }

        private void sends() {
            counter("zero.copy.sends", SENDS, ZcrxMetrics::zeroCopySends, "Sends without a copy");
            counter(
                    "copied.sends",
                    SENDS,
                    ZcrxMetrics::copiedSends,
                    "Of these, those that the kernel copied after all");
        }

        private void files() {
            fileOperations("open", ZcrxMetrics::fileOpens);
            fileOperations("read", ZcrxMetrics::fileReads);
            fileOperations("write", ZcrxMetrics::fileWrites);
            fileOperations("force", ZcrxMetrics::fileForces);
            fileBytes("read", ZcrxMetrics::fileReadBytes);
            fileBytes("write", ZcrxMetrics::fileWrittenBytes);
            counter("file.failures", OPERATIONS, ZcrxMetrics::fileFailures, "Operations on files that failed");
            gauge("file.pending", OPERATIONS, ZcrxMetrics::fileOperations, "Operations on files that are not done yet");
            counter("file.requests", "requests", ZcrxMetrics::fileRequests, "Requests on files, given to the kernel");
        }

        private void fileOperations(String kind, ToLongFunction<ZcrxMetrics> metric) {
            with("kind", kind).counter("file.operations", OPERATIONS, metric, "Operations on files that are done");
        }

        private void fileBytes(String kind, ToLongFunction<ZcrxMetrics> metric) {
            with("kind", kind)
                    .counter("file.bytes", BaseUnits.BYTES, metric, "Bytes read from files or written to them");
        }

        private void shared() {
            sharedBytes("handed_over", ZcrxMetrics::sharedHandedOverBytes);
            sharedBytes("copied", ZcrxMetrics::sharedCopiedBytes);
            gauge(
                    "shared.out.bytes",
                    BaseUnits.BYTES,
                    ZcrxMetrics::sharedOutBytes,
                    "Received bytes that other processes hold");
            counter(
                    "shared.copied.out.bytes",
                    BaseUnits.BYTES,
                    ZcrxMetrics::sharedCopiedOutBytes,
                    "Bytes read from other processes by a copy, as too many buffers were held");
            counter("shared.wake.ups", "wake-ups", ZcrxMetrics::sharedWakeUps, "Wake-ups of other processes");
        }

        private void sharedBytes(String way, ToLongFunction<ZcrxMetrics> metric) {
            with("way", way)
                    .counter("shared.written.bytes", BaseUnits.BYTES, metric, "Bytes written to other processes");
        }

        private void loops(ZcrxMode mode) {
            Gauge.builder("zcrx.loops", factory, asked -> countLoops(asked, mode))
                    .description("Event loops that have not ended, by the mode that they receive in")
                    .baseUnit("loops")
                    .tags(tags.and("mode", mode.name()))
                    .register(registry);
        }

        private static long countLoops(ZcrxIoHandlerFactory factory, ZcrxMode mode) {
            return factory.metrics().stream()
                    .filter(loop -> loop.mode() == mode && !loop.ended())
                    .count();
        }

        private Binding with(String tag, String value) {
            return new Binding(registry, factory, tags.and(tag, value));
        }

        private void counter(String name, String unit, ToLongFunction<ZcrxMetrics> metric, String description) {
            FunctionCounter.builder("zcrx." + name, factory, sum(metric))
                    .description(description)
                    .baseUnit(unit)
                    .tags(tags)
                    .register(registry);
        }

        private void gauge(String name, String unit, ToLongFunction<ZcrxMetrics> metric, String description) {
            Gauge.builder("zcrx." + name, factory, sum(metric))
                    .description(description)
                    .baseUnit(unit)
                    .tags(tags)
                    .register(registry);
        }

        private static ToDoubleFunction<ZcrxIoHandlerFactory> sum(ToLongFunction<ZcrxMetrics> metric) {
            return factory -> factory.metrics().stream().mapToLong(metric).sum();
        }
    }
}
