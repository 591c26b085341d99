// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/** The counters of the server, for {@code /metrics} and {@code /stats.json}. Safe to call on any thread. */
final class ServerMetrics {
    private final TransportStats transport;
    private final String transportName;
    private final long startNanos = System.nanoTime();
    private final LongAdder heldBodyBuffers;
    private final LongAdder accepted = new LongAdder();
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ConcurrentSkipListMap<Integer, Counter> responses = new ConcurrentSkipListMap<>();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    ServerMetrics(Transport transport, LongAdder heldBodyBuffers) {
        this.transport = transport.stats();
        this.transportName = transport.name();
        this.heldBodyBuffers = heldBodyBuffers;
        register();
    }

    private void register() {
        receivedBytes("zero_copy", TransportStats::zeroCopyBytes);
        receivedBytes("copied", TransportStats::copiedBytes);
        Gauge.builder("transport.buffers.held", transport, TransportStats::heldBuffers)
                .description("Received buffers that the application has not released yet")
                .register(registry);
        Gauge.builder("http.body.buffers.held", heldBodyBuffers, LongAdder::sum)
                .description("Pieces of request bodies that are being echoed or written to disk")
                .register(registry);
        Gauge.builder("http.connections.open", connections, ChannelGroup::size)
                .description("Connections that are open now")
                .register(registry);
        FunctionCounter.builder("http.connections.accepted", accepted, LongAdder::sum)
                .description("Connections accepted since the start")
                .register(registry);
        Gauge.builder("transport.info", () -> 1)
                .description("The transport that serves, and how it receives")
                .tag("transport", transportName)
                .tag("mode", transport.mode())
                .register(registry);
        transport.bindTo(registry);
    }

    private void receivedBytes(String way, ToDoubleFunction<TransportStats> bytes) {
        FunctionCounter.builder("transport.received.bytes", transport, bytes)
                .description("Bytes received, by the way they came")
                .tag("way", way)
                .register(registry);
    }

    void connected(Channel connection) {
        accepted.increment();
        connections.add(connection);
    }

    /** The connections that are open now. */
    ChannelGroup connections() {
        return connections;
    }

    LongAdder heldBodyBuffers() {
        return heldBodyBuffers;
    }

    /** Called when a response with this status has begun. */
    void responded(int status) {
        Counter counter = responses.get(status);
        if (counter == null) {
            counter = responses.computeIfAbsent(status, this::responseCounter);
        }
        counter.increment();
    }

    private Counter responseCounter(int status) {
        return Counter.builder("http.requests")
                .description("Requests answered, by status")
                .tag("status", Integer.toString(status))
                .register(registry);
    }

    /** Returns all metrics in Prometheus' text format. */
    String prometheusText() {
        return registry.scrape();
    }

    /** Returns the numbers that the live page shows. */
    String json() {
        SortedMap<String, Object> requests = new TreeMap<>();
        long total = 0;
        for (var response : responses.entrySet()) {
            long count = (long) response.getValue().count();
            requests.put(response.getKey().toString(), count);
            total += count;
        }
        return new JsonObject()
                .put("transport", transportName)
                .put("mode", transport.mode())
                .put("modeReason", transport.modeReason())
                .put("uptimeSeconds", (System.nanoTime() - startNanos) / 1_000_000_000)
                .put("zeroCopyBytes", transport.zeroCopyBytes())
                .put("copiedBytes", transport.copiedBytes())
                .put("heldBuffers", transport.heldBuffers())
                .put("heldBodyBuffers", heldBodyBuffers.sum())
                .put("connections", connections.size())
                .put("connectionsAccepted", accepted.sum())
                .put("requests", total)
                .put("requestsByStatus", requests)
                .put("transportCounters", transportCounters())
                .toString();
    }

    /** Name to value; without those that {@link TransportStats} has for all transports. */
    private SortedMap<String, Object> transportCounters() {
        SortedMap<String, Object> counters = new TreeMap<>();
        for (FunctionCounter counter : registry.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith(transportName + "."))
                .filter(FunctionCounter.class::isInstance)
                .map(FunctionCounter.class::cast)
                .toList()) {
            StringBuilder name = new StringBuilder(counter.getId().getName().substring(transportName.length() + 1));
            counter.getId().getTags().forEach(tag -> name.append('.').append(tag.getValue()));
            counters.put(name.toString(), (long) counter.count());
        }
        return counters;
    }
}
