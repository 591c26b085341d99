// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;

/** A transport that is ready to serve: its event loops run. The owner of this shuts the group down. */
record Transport(String name, EventLoopGroup group, Class<? extends ServerChannel> channelType, TransportStats stats) {}
