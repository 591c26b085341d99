// SPDX-License-Identifier: Apache-2.0
/**
 * What the facades of epoll's classes are made of: groups of event loops on zcrx, their settings, and the report of
 * what runs on what. It lives in the class loader of the application's Netty.
 */
package net.zcrx.agent.facade;
