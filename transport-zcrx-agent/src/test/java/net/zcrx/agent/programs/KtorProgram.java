// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import io.ktor.http.HttpStatusCode;
import io.ktor.http.content.ByteArrayContent;
import io.ktor.server.application.ApplicationCallPipeline;
import io.ktor.server.application.PipelineCall;
import io.ktor.server.engine.EmbeddedServer;
import io.ktor.server.engine.EmbeddedServerKt;
import io.ktor.server.engine.EngineConnectorConfig;
import io.ktor.server.netty.Netty;
import io.ktor.server.netty.NettyApplicationEngine;
import io.ktor.utils.io.ByteReadChannel;
import io.ktor.utils.io.ByteReadChannelOperationsKt;
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

/** An echo by Ktor's server on Netty, as its factory makes it, for the JDK's client. In Java, as all of this. */
final class KtorProgram {
    private KtorProgram() {}

    /** Runs a function that suspends. */
    private static <T> T await(Function1<Continuation<? super T>, Object> suspending) {
        try {
            return BuildersKt.<T>runBlocking(
                    EmptyCoroutineContext.INSTANCE, (scope, continuation) -> suspending.invoke(continuation));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object echo(PipelineCall call, Continuation<? super Unit> continuation) {
        ByteReadChannel request = call.getRequest().receiveChannel();
        byte[] body = await(awaiting -> ByteReadChannelOperationsKt.toByteArray(request, awaiting));
        return call.respond(new ByteArrayContent(body, null, HttpStatusCode.Companion.getOK()), null, continuation);
    }

    public static void main(String[] arguments) throws Exception {
        EmbeddedServer<NettyApplicationEngine, NettyApplicationEngine.Configuration> server =
                EmbeddedServerKt.embeddedServer(
                        Netty.INSTANCE, 0, "localhost", List.of(), (application, continuation) -> {
                            application.intercept(
                                    ApplicationCallPipeline.ApplicationPhase.getCall(),
                                    (context, subject, next) -> echo(context.getContext(), next));
                            return Unit.INSTANCE;
                        });
        server.start(false);
        List<? extends EngineConnectorConfig> listeners =
                await(continuation -> server.getEngine().resolvedConnectors(continuation));
        byte[] bytes = Bytes.random();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + listeners.get(0).getPort()))
                .POST(BodyPublishers.ofByteArray(bytes))
                .build();
        byte[] answer = HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofByteArray())
                .body();
        server.stop(0, 10, TimeUnit.SECONDS);
        Bytes.compare(bytes, answer);
    }
}
