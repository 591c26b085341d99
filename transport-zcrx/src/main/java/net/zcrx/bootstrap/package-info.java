// SPDX-License-Identifier: Apache-2.0
/** Changes bootstraps that a framework has set up already. */
package net.zcrx.bootstrap;
