// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ktor.http.HttpStatusCode;
import io.ktor.http.content.ByteArrayContent;
import io.ktor.server.application.Application;
import io.ktor.server.application.ApplicationCallPipeline;
import io.ktor.server.application.PipelineCall;
import io.ktor.server.engine.ApplicationEnvironmentBuilder;
import io.ktor.server.engine.EmbeddedServer;
import io.ktor.server.engine.EmbeddedServerKt;
import io.ktor.server.engine.EngineConnectorBuilder;
import io.ktor.server.engine.EngineConnectorConfig;
import io.ktor.server.netty.Netty;
import io.ktor.server.netty.NettyApplicationEngine;
import io.ktor.utils.io.ByteReadChannel;
import io.ktor.utils.io.ByteReadChannelOperationsKt;
import io.netty.channel.EventLoopGroup;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.TimeUnit;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlin.jvm.functions.Function1;
import kotlinx.coroutines.BuildersKt;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Payload;
import org.junit.jupiter.api.Test;

/** Ktor's server, called from Java, for the client of the JDK. */
class KtorTest {
    private static final byte[] BODY = Payload.random(1, 20_000_000);

    @Test
    void shouldEcho() throws Exception {
        ZcrxEventLoopGroup group = new ZcrxEventLoopGroup(2);
        EmbeddedServer<NettyApplicationEngine, NettyApplicationEngine.Configuration> server =
                EmbeddedServerKt.embeddedServer(
                        Netty.INSTANCE,
                        new ApplicationEnvironmentBuilder().build(),
                        configuration -> configure(configuration, group),
                        KtorTest::addEcho);
        server.start(false);
        byte[] answer;
        try {
            answer = post(port(server));
        } finally {
            server.stop(0, 10, TimeUnit.SECONDS);
        }
        assertArrayEquals(BODY, answer);
        assertTrue(group.isShutdown(), "Ktor ends the loops.");
        assertTrue(Loops.sum(group.metrics(), ZcrxMetrics::copiedBytes) > BODY.length);
        Loops.assertNothingHeld(group.metrics());
    }

    private static Unit configure(NettyApplicationEngine.Configuration configuration, EventLoopGroup group) {
        EngineConnectorBuilder listener = new EngineConnectorBuilder();
        listener.setHost("localhost");
        listener.setPort(0);
        configuration.getConnectors().add(listener);
        configuration.setConfigureBootstrap(bootstrap -> {
            bootstrap.group(group).channel(ZcrxServerSocketChannel.class);
            return Unit.INSTANCE;
        });
        return Unit.INSTANCE;
    }

    private static Object addEcho(Application application, Continuation<? super Unit> ignored) {
        application.intercept(
                ApplicationCallPipeline.ApplicationPhase.getCall(),
                (context, subject, continuation) -> echo(context.getContext(), continuation));
        return Unit.INSTANCE;
    }

    private static Object echo(PipelineCall call, Continuation<? super Unit> continuation) {
        ByteReadChannel request = call.getRequest().receiveChannel();
        byte[] body = await(awaiting -> ByteReadChannelOperationsKt.toByteArray(request, awaiting));
        return call.respond(new ByteArrayContent(body, null, HttpStatusCode.Companion.getOK()), null, continuation);
    }

    /** Runs a function that suspends. */
    private static <T> T await(Function1<Continuation<? super T>, Object> suspending) {
        try {
            return BuildersKt.<T>runBlocking(
                    EmptyCoroutineContext.INSTANCE, (scope, continuation) -> suspending.invoke(continuation));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int port(EmbeddedServer<NettyApplicationEngine, ?> server) {
        List<? extends EngineConnectorConfig> listeners =
                await(continuation -> server.getEngine().resolvedConnectors(continuation));
        return listeners.get(0).getPort();
    }

    private static byte[] post(int port) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port))
                .POST(BodyPublishers.ofByteArray(BODY))
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofByteArray())
                .body();
    }
}
