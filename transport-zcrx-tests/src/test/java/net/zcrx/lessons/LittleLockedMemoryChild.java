// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import net.zcrx.ZcrxChannelOption;

/** A child that may lock little memory: sends more than that without a copy. */
final class LittleLockedMemoryChild {
    private LittleLockedMemoryChild() {}

    public static void main(String[] arguments) throws Exception {
        byte[] data = Loops.pattern(4 << 20);
        Loops loops = new Loops(1);
        try (Loops.Pair pair =
                Loops.connect(loops.client(new Recorder()).option(ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD, 1))) {
            CompletableFuture<byte[]> arriving = CompletableFuture.supplyAsync(() -> Loops.readFully(pair.peer()));
            ByteBuf buffer = pair.channel().alloc().directBuffer(data.length).writeBytes(data);
            ChannelFuture write = pair.channel().writeAndFlush(buffer).await();
            pair.channel().shutdownOutput().await();
            System.out.println("cause=" + write.cause());
            System.out.println("same=" + Arrays.equals(data, arriving.get()));
            System.out.println("references=" + buffer.refCnt());
        }
        loops.end();
    }
}
