// SPDX-License-Identifier: Apache-2.0
/**
 * The parts of the facades of epoll's classes: groups of event loops on zcrx, their settings, and the report of what
 * runs on what. It lives in the class loader of the application's Netty.
 */
package net.zcrx.agent.facade;
