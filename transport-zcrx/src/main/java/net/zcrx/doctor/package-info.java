// SPDX-License-Identifier: Apache-2.0
/** The command that tells what a machine lacks for zero-copy receive. Nothing else imports it. */
package net.zcrx.doctor;
