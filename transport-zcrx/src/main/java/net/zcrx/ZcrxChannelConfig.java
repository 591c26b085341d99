package net.zcrx;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.unix.Socket;
import java.util.Map;

/** What the configs of a connection and of a listening socket have in common: options that the kernel keeps. */
abstract class ZcrxChannelConfig extends DefaultChannelConfig {

    private final Socket socket;
    private final KernelOptions kernelOptions;
    private final Runnable autoReadCleared;

    /**
     * @param autoReadCleared run each time auto-read goes from on to off, on the thread that switched it
     */
    ZcrxChannelConfig(
            Channel channel,
            RecvByteBufAllocator allocator,
            Socket socket,
            KernelOptions kernelOptions,
            Runnable autoReadCleared) {
        super(channel, allocator);
        this.socket = socket;
        this.kernelOptions = kernelOptions;
        this.autoReadCleared = autoReadCleared;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), kernelOptions.listed());
    }

    @Override
    public <T> T getOption(ChannelOption<T> option) {
        KernelOption<T> kernelOption = kernelOptions.find(option);
        return kernelOption != null ? kernelOption.get(socket) : super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        validate(option, value);
        KernelOption<T> kernelOption = kernelOptions.find(option);
        if (kernelOption == null) {
            return super.setOption(option, value);
        }
        kernelOption.set(socket, value);
        return true;
    }

    @Override
    protected final void autoReadCleared() {
        autoReadCleared.run();
    }
}
