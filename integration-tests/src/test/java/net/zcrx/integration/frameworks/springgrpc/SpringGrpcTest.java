// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks.springgrpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Payload;
import net.zcrx.integration.grpc.EchoService;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.server.ServerBuilderCustomizer;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;

/** The server that Spring gRPC configures. */
class SpringGrpcTest {
    private static final byte[] MESSAGE = Payload.random(1, 20_000_000);

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Server {
        @Bean
        BindableService echo() {
            return new EchoService()::define;
        }

        @Bean
        ZcrxEventLoopGroup group() {
            return new ZcrxEventLoopGroup(2);
        }

        @Bean
        ServerBuilderCustomizer<NettyServerBuilder> zcrx(ZcrxEventLoopGroup group) {
            return builder -> builder.channelType(ZcrxServerSocketChannel.class)
                    .bossEventLoopGroup(group)
                    .workerEventLoopGroup(group);
        }
    }

    @Test
    void shouldEcho() {
        ZcrxEventLoopGroup group;
        byte[] answer;
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Server.class)
                .web(WebApplicationType.NONE)
                .run(
                        "--spring.main.banner-mode=off",
                        "--spring.grpc.server.port=0",
                        "--spring.grpc.server.inbound.message.max-size=32MB")) {
            group = context.getBean(ZcrxEventLoopGroup.class);
            answer = call(context.getBean(GrpcServerLifecycle.class).getPort());
        }
        group.terminationFuture().syncUninterruptibly();
        assertArrayEquals(MESSAGE, answer);
        assertTrue(Loops.sum(group.metrics(), ZcrxMetrics::copiedBytes) > MESSAGE.length);
        Loops.assertNothingHeld(group.metrics());
    }

    private static byte[] call(int port) {
        ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", port)
                .usePlaintext()
                .maxInboundMessageSize(2 * MESSAGE.length)
                .build();
        try {
            return ClientCalls.blockingUnaryCall(channel, EchoService.UNARY, CallOptions.DEFAULT, MESSAGE);
        } finally {
            channel.shutdownNow();
        }
    }
}
