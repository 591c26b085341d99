// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.protocols;

import com.sun.management.OperatingSystemMXBean;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.HdrHistogram.Histogram;

/**
 * {@code GrpcLoad WARMUP_SECONDS SECONDS ADDRESS KIND:port=P,conns=1,size=BYTES[,streams=CALLS]}: calls over one
 * connection, on one event loop of Netty's epoll, whatever the server has. It prints the same lines as the load
 * generator in C.
 */
public final class GrpcLoad {
    private static final int DIGITS = 3;

    private enum Phase {
        WARMUP,
        MEASURE,
        STOP
    }

    private final ManagedChannel channel;
    private final byte[] message;
    private volatile Phase phase = Phase.WARMUP;
    /** The latencies of the measurement. This field and those below are used on the event loop only. */
    private final Histogram latencies = new Histogram(DIGITS);

    private long exchanges;
    private long bytes;

    private GrpcLoad(ManagedChannel channel, int size) {
        this.channel = channel;
        message = new byte[size];
    }

    public static void main(String[] args) throws InterruptedException {
        String[] group = args[3].split(":");
        Map<String, Integer> fields = new HashMap<>();
        for (String field : group[1].split(",")) {
            String[] parts = field.split("=");
            fields.put(parts[0], Integer.valueOf(parts[1]));
        }
        ManagedChannel channel = NettyChannelBuilder.forAddress(new InetSocketAddress(args[2], fields.get("port")))
                .usePlaintext()
                .channelType(EpollSocketChannel.class)
                .eventLoopGroup(new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()))
                .directExecutor()
                .build();
        GrpcLoad load = new GrpcLoad(channel, fields.get("size"));
        for (int i = 0; i < fields.getOrDefault("streams", 1); i++) {
            load.begin(group[0]);
        }
        pause(args[0]);
        System.out.println("begin");
        long cpuBefore = processorNanoseconds();
        long start = System.nanoTime();
        load.phase = Phase.MEASURE;
        pause(args[1]);
        load.phase = Phase.STOP;
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpu = (processorNanoseconds() - cpuBefore) / 1e9;
        System.out.println("end");
        channel.shutdownNow().awaitTermination(1, TimeUnit.MINUTES);
        System.out.println(load.report(group[0], seconds, cpu));
        System.exit(0);
    }

    private static long processorNanoseconds() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static void pause(String seconds) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(Math.round(Double.parseDouble(seconds) * 1e9));
    }

    private void begin(String kind) {
        switch (kind) {
            case "grpc-unary" -> unary();
            case "grpc-upload" ->
                ClientCalls.asyncClientStreamingCall(
                        channel.newCall(GrpcMethods.UPLOAD, CallOptions.DEFAULT), new Upload());
            case "grpc-download" ->
                ClientCalls.asyncServerStreamingCall(
                        channel.newCall(GrpcMethods.DOWNLOAD, CallOptions.DEFAULT), message, new Download());
            default -> throw new IllegalArgumentException("There is no kind " + kind);
        }
    }

    private void unary() {
        ClientCalls.asyncUnaryCall(channel.newCall(GrpcMethods.UNARY, CallOptions.DEFAULT), message, new Unary());
    }

    private void count() {
        if (phase == Phase.MEASURE) {
            exchanges++;
            bytes += message.length;
        }
    }

    private String report(String kind, double seconds, double cpu) {
        String counts = StreamSupport.stream(latencies.recordedValues().spliterator(), false)
                .map(each -> each.getValueIteratedTo() + ":" + each.getCountAtValueIteratedTo())
                .collect(Collectors.joining(","));
        return kind + " seconds=" + seconds + " cpu=" + cpu + " bytes=" + bytes + " exchanges=" + exchanges
                + " flow_min=0 flow_max=0 nanoseconds=" + counts;
    }

    /** A call that is one of several at once, and whose end before that of the measurement ends the program. */
    private abstract class Call implements ClientResponseObserver<byte[], byte[]> {
        @Override
        public void beforeStart(ClientCallStreamObserver<byte[]> call) {
            // Only the upload has something to do.
        }

        @Override
        public void onNext(byte[] response) {
            count();
        }

        @Override
        public void onError(Throwable cause) {
            if (phase != Phase.STOP) {
                cause.printStackTrace();
                System.exit(1);
            }
        }
    }

    private final class Unary extends Call {
        private final long begun = System.nanoTime();
        private final Phase phaseBegun = phase;

        @Override
        public void onCompleted() {
            if (phaseBegun == Phase.MEASURE && phase == Phase.MEASURE) {
                latencies.recordValue(System.nanoTime() - begun);
            }
            if (phase != Phase.STOP) {
                unary();
            }
        }
    }

    private final class Download extends Call {
        @Override
        public void onCompleted() {
            onError(new IllegalStateException("The server ended a stream."));
        }
    }

    private final class Upload extends Call {
        @Override
        public void beforeStart(ClientCallStreamObserver<byte[]> call) {
            call.setOnReadyHandler(() -> {
                while (call.isReady() && phase != Phase.STOP) {
                    call.onNext(message);
                    count();
                }
            });
        }

        @Override
        public void onCompleted() {
            onError(new IllegalStateException("The server ended a stream."));
        }
    }
}
