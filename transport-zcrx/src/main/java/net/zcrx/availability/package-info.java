// SPDX-License-Identifier: Apache-2.0
/** Whether the transport works here, and if not, why: one cause, one sentence, one remedy. */
package net.zcrx.availability;
