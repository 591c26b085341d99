// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;

/** Publishes and consumes with Pulsar's client, by a broker that is no more than that needs. */
final class PulsarProgram {
    /** A message may have 5 MiB. */
    private static final int MESSAGES = 2;

    private PulsarProgram() {}

    public static void main(String[] arguments) throws Exception {
        byte[] bytes = Bytes.random();
        int length = bytes.length / MESSAGES;
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        try (PulsarClient client =
                        PulsarClient.builder().serviceUrl(PulsarBroker.start()).build();
                Consumer<byte[]> consumer = client.newConsumer()
                        .topic("topic")
                        .subscriptionName("subscription")
                        .subscribe();
                Producer<byte[]> producer = client.newProducer().topic("topic").create()) {
            for (int i = 0; i < MESSAGES; i++) {
                producer.send(Arrays.copyOfRange(bytes, i * length, (i + 1) * length));
                Message<byte[]> message = consumer.receive(60, TimeUnit.SECONDS);
                received.writeBytes(message.getData());
            }
        }
        Bytes.compare(bytes, received.toByteArray());
    }
}
