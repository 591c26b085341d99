// SPDX-License-Identifier: Apache-2.0
/** {@link net.zcrx.micrometer.ZcrxMeters} binds the transport's metrics to a registry of Micrometer. */
package net.zcrx.micrometer;
