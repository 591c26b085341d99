// SPDX-License-Identifier: Apache-2.0
/**
 * Spring Boot finds {@link net.zcrx.spring.boot.ZcrxAutoConfiguration} by itself. It does nothing before
 * {@code zcrx.enabled=true} is set.
 */
package net.zcrx.spring.boot;
