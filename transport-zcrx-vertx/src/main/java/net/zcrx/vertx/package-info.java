// SPDX-License-Identifier: Apache-2.0
/** {@link net.zcrx.vertx.ZcrxVertxTransport} is the transport for Vert.x 5. */
package net.zcrx.vertx;
