package net.zcrx;

import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import java.util.Map;

/** What the configs of a connection and of a listening socket have in common: options that the kernel keeps. */
abstract class ZcrxChannelConfig extends DefaultChannelConfig {
    private final AbstractZcrxChannel owner;

    ZcrxChannelConfig(AbstractZcrxChannel owner, RecvByteBufAllocator allocator) {
        super(owner, allocator);
        this.owner = owner;
    }

    /** Which of the kernel's options the channel has. */
    abstract KernelOptions kernelOptions();

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), kernelOptions().listed());
    }

    @Override
    public <T> T getOption(ChannelOption<T> option) {
        KernelOption<T> kernelOption = kernelOptions().find(option);
        return kernelOption != null ? kernelOption.get(owner.socket) : super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        validate(option, value);
        KernelOption<T> kernelOption = kernelOptions().find(option);
        if (kernelOption == null) {
            return super.setOption(option, value);
        }
        kernelOption.set(owner.socket, value);
        return true;
    }

    @Override
    protected final void autoReadCleared() {
        owner.autoReadCleared();
    }
}
