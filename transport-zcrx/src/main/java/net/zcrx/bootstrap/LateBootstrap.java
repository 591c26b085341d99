// SPDX-License-Identifier: Apache-2.0
package net.zcrx.bootstrap;

import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;

/**
 * Group and channel factory of a bootstrap that has both. Netty refuses to set them twice, so this writes the fields
 * that its setters write.
 */
public final class LateBootstrap {
    private final Bootstrap bootstrap;

    public LateBootstrap(Bootstrap bootstrap) {
        this.bootstrap = bootstrap;
    }

    /**
     * Replaces both, or nothing if it throws.
     *
     * @param ofConnections makes the channels where the bootstrap would make connections of TCP
     */
    public void replace(EventLoopGroup group, ChannelFactory<? extends Channel> ofConnections) {
        ChannelFactory<? extends Channel> factory = factory(ofConnections);
        Field groupField = field("group");
        Field factoryField = field("channelFactory");
        set(groupField, group);
        set(factoryField, factory);
    }

    private ChannelFactory<? extends Channel> factory(ChannelFactory<? extends Channel> ofConnections) {
        // The type has the name of another one, and is deprecated.
        var theirs = bootstrap.config().channelFactory();
        if (theirs == null) {
            return ofConnections;
        }
        // A factory does not say which class it makes.
        Channel sample = theirs.newChannel();
        sample.unsafe().closeForcibly();
        if (sample instanceof SocketChannel) {
            return ofConnections;
        }
        if (sample instanceof DomainSocketChannel) {
            return IoUringDomainSocketChannel::new;
        }
        throw new IllegalArgumentException("This bootstrap makes channels of the class "
                + sample.getClass().getName() + ", which zcrx cannot replace: it replaces connections of TCP, and of"
                + " unix domain sockets. Leave this bootstrap as it is.");
    }

    private static Field field(String name) {
        try {
            Field field = AbstractBootstrap.class.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (InaccessibleObjectException e) {
            throw new IllegalStateException(
                    "Netty's bootstraps are closed to reflection. Start Java with --add-opens "
                            + AbstractBootstrap.class.getModule().getName() + "/"
                            + AbstractBootstrap.class.getPackageName() + "="
                            + LateBootstrap.class.getModule().getName(),
                    e);
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(
                    "The bootstraps of this Netty version have no field " + name + ". Use a Netty version that this"
                            + " transport was tested with, see its README.",
                    e);
        }
    }

    private void set(Field field, Object value) {
        try {
            field.set(bootstrap, value);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("The field was made accessible.", e);
        }
    }
}
