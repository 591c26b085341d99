// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.handler.ssl.SslContext;
import java.time.Duration;

/**
 * The settings of a server.
 *
 * @param host address to listen on, a name or a number
 * @param port TCP port, 0 for any that is free
 * @param maxObjectBytes the largest object that PUT accepts
 * @param idleTimeout how long a client may stay silent, between requests and within one
 * @param tls the certificate and protocols to serve with, or {@code null} for cleartext
 */
record ServerConfig(String host, int port, long maxObjectBytes, Duration idleTimeout, SslContext tls) {}
