// SPDX-License-Identifier: Apache-2.0
/**
 * An HTTP server on a choice of transports: uploads, downloads, echo, metrics and a live page.
 *
 * <p>The way of a request: {@code ConnectionInitializer} finds out which protocol a connection speaks,
 * {@code RequestHandler} drives one request at a time, {@code Router} finds the {@code Exchange} that answers it,
 * and the exchange replies by its {@code Call}. {@code Backpressure} slows the client down to the pace of the
 * exchange.
 */
package net.zcrx.example.http;
