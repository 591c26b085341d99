// SPDX-License-Identifier: Apache-2.0
/**
 * The additions of one event loop to Netty's: the list of its channels, what each pass does before and after Netty's
 * handler, and its end. Everything here belongs to the loop's thread, unless it says otherwise.
 */
package net.zcrx.loop;
