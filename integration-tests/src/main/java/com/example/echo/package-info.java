// SPDX-License-Identifier: Apache-2.0
/**
 * A program of a user of zcrx. The tests of packaging shade it in several ways, and look for the metadata that a native
 * image needs.
 */
package com.example.echo;
