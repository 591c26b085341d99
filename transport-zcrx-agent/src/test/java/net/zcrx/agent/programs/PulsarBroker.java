// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.apache.pulsar.common.api.proto.BaseCommand;
import org.apache.pulsar.common.api.proto.CommandLookupTopicResponse.LookupType;
import org.apache.pulsar.common.api.proto.CommandSend;
import org.apache.pulsar.common.protocol.ByteBufPair;
import org.apache.pulsar.common.protocol.Commands;
import org.apache.pulsar.common.protocol.schema.SchemaVersion;

/**
 * As much of a Pulsar broker as one producer and one consumer need, which share a connection; without Netty's channels.
 */
final class PulsarBroker {
    private final ServerSocket listener;
    private final String url;
    private long consumer;
    private long entries;

    private PulsarBroker() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        url = "pulsar://localhost:" + listener.getLocalPort();
    }

    /** Returns its URL. */
    static String start() throws IOException {
        PulsarBroker broker = new PulsarBroker();
        Thread thread = new Thread(broker::serve, "broker");
        thread.setDaemon(true);
        thread.start();
        return broker.url;
    }

    private void serve() {
        try (Socket connection = listener.accept()) {
            DataInputStream in = new DataInputStream(connection.getInputStream());
            OutputStream out = connection.getOutputStream();
            while (true) {
                ByteBuf frame = Unpooled.wrappedBuffer(in.readNBytes(in.readInt()));
                BaseCommand command = new BaseCommand();
                command.parseFrom(frame, frame.readInt());
                out.write(ByteBufUtil.getBytes(answer(command)));
                if (command.getType() == BaseCommand.Type.SEND) {
                    out.write(ByteBufUtil.getBytes(
                            ByteBufPair.coalesce(Commands.newMessage(consumer, 0, entries++, -1, 0, frame, null))));
                }
            }
        } catch (EOFException e) {
            // The client is done.
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns no bytes for what has no answer. */
    private ByteBuf answer(BaseCommand command) {
        switch (command.getType()) {
            case CONNECT:
                return Commands.newConnected(command.getConnect().getProtocolVersion(), false);
            case PARTITIONED_METADATA:
                return Commands.newPartitionMetadataResponse(
                        0, command.getPartitionMetadata().getRequestId());
            case LOOKUP:
                long lookup = command.getLookupTopic().getRequestId();
                return Commands.newLookupResponse(url, null, true, LookupType.Connect, lookup, false);
            case SUBSCRIBE:
                consumer = command.getSubscribe().getConsumerId();
                return Commands.newSuccess(command.getSubscribe().getRequestId());
            case PRODUCER:
                return Commands.newProducerSuccess(
                        command.getProducer().getRequestId(), "producer", SchemaVersion.Empty);
            case SEND:
                CommandSend send = command.getSend();
                return Commands.newSendReceipt(send.getProducerId(), send.getSequenceId(), 0, 0, entries);
            case CLOSE_PRODUCER:
                return Commands.newSuccess(command.getCloseProducer().getRequestId());
            case CLOSE_CONSUMER:
                return Commands.newSuccess(command.getCloseConsumer().getRequestId());
            case PING:
                return Commands.newPong();
            default:
                return Unpooled.EMPTY_BUFFER;
        }
    }
}
