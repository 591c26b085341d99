// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.chain;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.regex.Pattern;
import net.zcrx.file.ZcrxFile;
import net.zcrx.file.ZcrxFileSink;

/**
 * Stores each body of {@code PUT /NAME}, from the memory that it was received in, and gives it its name at its end. The
 * next request comes when this one is answered, as {@link Relay} has it.
 */
final class Uploads extends ChannelInboundHandlerAdapter {
    /** It can neither leave the directory nor hit a file that is not complete. */
    private static final Pattern NAME = Pattern.compile("/([A-Za-z0-9_-][A-Za-z0-9._-]{0,127})");

    private final Path directory;
    private ChannelHandlerContext context;
    /** The present upload; {@code null} while nobody takes the data. */
    private Upload upload;

    Uploads(Path directory) {
        this.directory = directory;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext ignored, Object message) {
        if (message instanceof HttpRequest request) {
            begin(request);
        }
        if (message instanceof HttpContent content && upload != null) {
            // To the sink, which is next.
            context.fireChannelRead(content.content());
        } else {
            ReferenceCountUtil.release(message);
        }
        if (message instanceof LastHttpContent end && upload != null) {
            // A body that makes no sense ends as well.
            upload.complete = end.decoderResult().isSuccess();
            context.pipeline().remove(upload.sink);
            upload = null;
        }
        if (!context.channel().config().isAutoRead()) {
            // FlowControlHandler may hold something back, and with it this event, at which the sink writes.
            context.fireChannelReadComplete();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ignored) {
        context.fireChannelReadComplete();
        Hop.readOn(context);
    }

    private void begin(HttpRequest request) {
        var name = NAME.matcher(request.uri());
        if (request.decoderResult().isFailure()) {
            Hop.answer(context, HttpResponseStatus.BAD_REQUEST, "This is not HTTP as it is understood here.")
                    .addListener(ChannelFutureListener.CLOSE);
        } else if (!request.method().equals(HttpMethod.PUT)) {
            Hop.answer(context, HttpResponseStatus.METHOD_NOT_ALLOWED, "The store knows PUT alone.");
        } else if (!name.matches()) {
            Hop.answer(
                    context,
                    HttpResponseStatus.NOT_FOUND,
                    "A name has 1 to 128 letters, digits, dots, underscores and hyphens, and no dot in front.");
        } else {
            context.channel().config().setAutoRead(false);
            Path target = directory.resolve(name.group(1));
            Path partial = directory.resolve(".upload-" + UUID.randomUUID());
            ZcrxFile.open(
                            context.channel().eventLoop(),
                            partial,
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.WRITE)
                    .addListener((Future<ZcrxFile> opened) -> opened(opened, target));
        }
    }

    private void opened(Future<ZcrxFile> opened, Path target) {
        if (opened.isSuccess()) {
            upload = new Upload(opened.getNow(), target);
            upload.sink.written().addListener(upload::written);
            context.pipeline().addLast(upload.sink);
            if (!context.channel().isActive()) {
                // It has ended meanwhile, which the sink has not seen.
                context.pipeline().remove(upload.sink);
            }
        } else {
            answerFailure(opened.cause());
        }
        context.channel().config().setAutoRead(true);
    }

    private void answerFailure(Throwable cause) {
        Hop.answer(context, HttpResponseStatus.INTERNAL_SERVER_ERROR, "It could not be stored: " + cause.getMessage());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ignored, Throwable cause) {
        context.close();
    }

    /** A body on its way to its file. */
    private final class Upload {
        final ZcrxFileSink sink;
        private final ZcrxFile file;
        private final Path target;
        private boolean complete;

        Upload(ZcrxFile file, Path target) {
            this.file = file;
            this.target = target;
            sink = new ZcrxFileSink(file);
        }

        /** The body is at its end, or the connection, or a write has failed. */
        private void written(Future<? super Long> written) {
            file.close().addListener(closed -> {
                Throwable failure = written.isSuccess() ? closed.cause() : written.cause();
                try {
                    // If the process that handed it on has ended, the memory that it had been handed itself may have
                    // changed meanwhile.
                    if (failure == null && complete && context.channel().isActive()) {
                        Files.move(file.path(), target, StandardCopyOption.ATOMIC_MOVE);
                        Hop.answer(context, HttpResponseStatus.CREATED, "It is stored.");
                    } else {
                        Files.delete(file.path());
                    }
                } catch (IOException e) {
                    failure = e;
                }
                if (failure != null) {
                    answerFailure(failure);
                }
            });
        }
    }
}
