// SPDX-License-Identifier: Apache-2.0
/** How bytes get out beside the ring's own sends: at once by system calls, file regions, and sends without a copy. */
package net.zcrx.send;
