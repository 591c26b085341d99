// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

/** Tells a connection to end after the request that it is at. */
enum ServerStopping {
    EVENT
}
