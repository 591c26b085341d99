// SPDX-License-Identifier: Apache-2.0
/**
 * Rare events of note, for the JDK's Flight Recorder. {@link net.zcrx.event.FlightRecorder} is the only class that
 * others use: the events themselves need the module {@code jdk.jfr}, which a Java runtime may lack.
 */
package net.zcrx.event;
