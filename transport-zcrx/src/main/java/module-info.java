// SPDX-License-Identifier: Apache-2.0
/**
 * The zcrx transport for Netty.
 *
 * <p>On the module path Java must be started with {@code --add-opens
 * io.netty.transport.classes.io_uring/io.netty.channel.uring=net.zcrx.transport}, because Netty keeps its ring's
 * descriptor private, and with {@code --add-modules io.netty.transport.io_uring.linux.x86_64}, which holds Netty's
 * native library and is required by no module. Netty's library for aarch64 has the same module name: only one of the
 * two may be there.
 */
module net.zcrx.transport {
    requires transitive io.netty.buffer;
    requires transitive io.netty.common;
    requires transitive io.netty.transport;
    requires transitive io.netty.transport.unix.common;
    requires io.netty.transport.classes.io_uring;
    requires static jdk.jfr;
    requires net.zcrx.natives;
    requires org.jctools.core;

    exports net.zcrx;
    exports net.zcrx.file;
    exports net.zcrx.shared;
}
