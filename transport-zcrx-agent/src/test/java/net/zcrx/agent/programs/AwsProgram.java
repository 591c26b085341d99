// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import io.netty.channel.epoll.EpollEventLoopGroup;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;
import software.amazon.awssdk.http.async.SdkHttpContentPublisher;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;

/** A download by the AWS SDK's client with epoll's group, which it must be told of, from a server without Netty. */
final class AwsProgram {
    private AwsProgram() {}

    private static final class NoContent implements SdkHttpContentPublisher {
        @Override
        public Optional<Long> contentLength() {
            return Optional.of(0L);
        }

        @Override
        public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
            subscriber.onSubscribe(new Subscription() {
                @Override
                public void request(long count) {
                    subscriber.onComplete();
                }

                @Override
                public void cancel() {}
            });
        }
    }

    private static final class Collector implements SdkAsyncHttpResponseHandler, Subscriber<ByteBuffer> {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CompletableFuture<byte[]> body = new CompletableFuture<>();

        @Override
        public void onHeaders(SdkHttpResponse response) {}

        @Override
        public void onStream(Publisher<ByteBuffer> stream) {
            stream.subscribe(this);
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ByteBuffer buffer) {
            byte[] part = new byte[buffer.remaining()];
            buffer.get(part);
            bytes.writeBytes(part);
        }

        @Override
        public void onError(Throwable cause) {
            body.completeExceptionally(cause);
        }

        @Override
        public void onComplete() {
            body.complete(bytes.toByteArray());
        }
    }

    @SuppressWarnings("deprecation") // The SDK takes no other group of epoll.
    public static void main(String[] arguments) throws Exception {
        byte[] bytes = Bytes.random();
        URI uri = URI.create("http://localhost:" + Bytes.serve(bytes) + '/');
        EpollEventLoopGroup group = new EpollEventLoopGroup(2);
        Collector collector = new Collector();
        try (SdkAsyncHttpClient client = NettyNioAsyncHttpClient.builder()
                .eventLoopGroup(SdkEventLoopGroup.create(group))
                .build()) {
            client.execute(AsyncExecuteRequest.builder()
                            .request(SdkHttpRequest.builder()
                                    .method(SdkHttpMethod.GET)
                                    .uri(uri)
                                    .build())
                            .requestContentPublisher(new NoContent())
                            .responseHandler(collector)
                            .build())
                    .get(60, TimeUnit.SECONDS);
            Bytes.compare(bytes, collector.body.get(60, TimeUnit.SECONDS));
        }
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    }
}
