// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.stub.ClientCalls;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;

/** The echo of {@link GrpcProgram} with the server and the client that Spring gRPC configures. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class SpringGrpcProgram {
    @Bean
    BindableService echo() {
        return GrpcProgram::service;
    }

    public static void main(String[] arguments) {
        byte[] bytes = Bytes.random();
        byte[] answer;
        SpringApplication application = new SpringApplicationBuilder(SpringGrpcProgram.class)
                .web(WebApplicationType.NONE)
                .build();
        try (ConfigurableApplicationContext context = application.run(
                "--spring.grpc.server.port=0",
                "--spring.grpc.server.host=localhost",
                "--spring.grpc.server.max-inbound-message-size=32MB",
                "--spring.grpc.client.default-channel.max-inbound-message-size=32MB",
                "--spring.main.banner-mode=off",
                "--logging.level.root=warn")) {
            int port = context.getBean(GrpcServerLifecycle.class).getPort();
            answer = ClientCalls.blockingUnaryCall(
                    context.getBean(GrpcChannelFactory.class).createChannel("localhost:" + port),
                    GrpcProgram.UNARY,
                    CallOptions.DEFAULT,
                    bytes);
        }
        Bytes.compare(bytes, answer);
    }
}
