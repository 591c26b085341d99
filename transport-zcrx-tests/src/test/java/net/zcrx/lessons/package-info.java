// SPDX-License-Identifier: Apache-2.0
/**
 * The behaviour that users learn about the transport, without a NIC: each test class is one lesson. The other classes
 * serve several of them. {@link net.zcrx.lessons.Loops} has event loops with connections, and a class whose name ends
 * in "Child" runs in a process of its own.
 */
package net.zcrx.lessons;
