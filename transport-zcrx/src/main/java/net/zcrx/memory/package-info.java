// SPDX-License-Identifier: Apache-2.0
/**
 * Areas, and the buffers on them. A buffer is released on any thread; its memory goes back to the receiver that filled
 * it, exactly once. {@link net.zcrx.memory.BufferPool} says why none is missed.
 */
package net.zcrx.memory;
