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
import io.ktor.server.request.ApplicationRequestPropertiesKt;
import io.ktor.utils.io.ByteReadChannel;
import io.ktor.utils.io.ByteReadChannelOperationsKt;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import kotlin.ResultKt;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.CoroutineContext;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlin.coroutines.intrinsics.IntrinsicsKt;
import kotlinx.coroutines.BuildersKt;

/** An echo by Ktor's server on Netty, as its factory makes it, for the JDK's client. In Java, as all of this. */
final class KtorProgram implements ServerProgram {
    private EmbeddedServer<NettyApplicationEngine, NettyApplicationEngine.Configuration> server;

    /**
     * What Kotlin's compiler makes of two calls that suspend: it begins the second with the result of the first, and
     * occupies no thread until then.
     */
    private record Then<T>(Function<T, Object> second, Continuation<? super Unit> next) implements Continuation<T> {
        @Override
        public CoroutineContext getContext() {
            return next.getContext();
        }

        @Override
        public void resumeWith(Object result) {
            Object outcome;
            try {
                outcome = begin(result);
            } catch (Throwable e) {
                outcome = ResultKt.createFailure(e);
            }
            if (outcome != IntrinsicsKt.getCOROUTINE_SUSPENDED()) {
                next.resumeWith(outcome);
            }
        }

        @SuppressWarnings("unchecked")
        Object begin(Object result) {
            ResultKt.throwOnFailure(result);
            return second.apply((T) result);
        }

        /** For a first call that may have had no need to suspend. */
        Object after(Object result) {
            return result == IntrinsicsKt.getCOROUTINE_SUSPENDED() ? result : begin(result);
        }
    }

    private static Object serve(PipelineCall call, Continuation<? super Unit> continuation) {
        ByteReadChannel request = call.getRequest().receiveChannel();
        if (ApplicationRequestPropertiesKt.path(call.getRequest()).equals(UPLOAD)) {
            Then<Long> answer = new Then<>(
                    received -> respond(call, received.toString().getBytes(StandardCharsets.US_ASCII), continuation),
                    continuation);
            return answer.after(ByteReadChannelOperationsKt.discard(request, Long.MAX_VALUE, answer));
        }
        Then<byte[]> answer = new Then<>(body -> respond(call, body, continuation), continuation);
        return answer.after(ByteReadChannelOperationsKt.toByteArray(request, answer));
    }

    private static Object respond(PipelineCall call, byte[] body, Continuation<? super Unit> continuation) {
        return call.respond(new ByteArrayContent(body, null, HttpStatusCode.Companion.getOK()), null, continuation);
    }

    public static void main(String[] arguments) throws Exception {
        ServerProgram.run(new KtorProgram(), arguments);
    }

    @Override
    public int start(int port) throws InterruptedException {
        server = EmbeddedServerKt.embeddedServer(Netty.INSTANCE, port, HOST, List.of(), (application, continuation) -> {
            application.intercept(
                    ApplicationCallPipeline.ApplicationPhase.getCall(),
                    (context, subject, next) -> serve(context.getContext(), next));
            return Unit.INSTANCE;
        });
        server.start(false);
        List<? extends EngineConnectorConfig> listeners = BuildersKt.runBlocking(
                EmptyCoroutineContext.INSTANCE,
                (scope, continuation) -> server.getEngine().resolvedConnectors(continuation));
        return listeners.get(0).getPort();
    }

    @Override
    public byte[] exchange(int port, byte[] bytes) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + HOST + ':' + port + ECHO))
                .POST(BodyPublishers.ofByteArray(bytes))
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofByteArray())
                .body();
    }

    @Override
    public void stop() {
        server.stop(0, 10, TimeUnit.SECONDS);
    }
}
