// SPDX-License-Identifier: Apache-2.0
/*
 * The structures of netlink and ethtool that the Java side writes and reads by offset. They are older than any kernel
 * whose headers a build machine may have, so they are not declared again: only the offsets in net.zcrx.nic are asserted.
 */
#ifndef ZCRX_NIC_ABI_H
#define ZCRX_NIC_ABI_H

#include "zcrx_abi.h"

#include <net/if.h>
#include <linux/ethtool.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

ABI_SIZE(struct nlmsghdr, 16);
ABI_AT(struct nlmsghdr, nlmsg_len, 0);
ABI_AT(struct nlmsghdr, nlmsg_type, 4);
ABI_AT(struct nlmsghdr, nlmsg_flags, 6);
ABI_AT(struct nlmsghdr, nlmsg_seq, 8);
ABI_SIZE(struct nlmsgerr, 20);
ABI_AT(struct nlmsgerr, error, 0);
ABI_SIZE(struct genlmsghdr, 4);
ABI_AT(struct genlmsghdr, cmd, 0);
ABI_AT(struct genlmsghdr, version, 1);
ABI_SIZE(struct nlattr, 4);
ABI_AT(struct nlattr, nla_len, 0);
ABI_AT(struct nlattr, nla_type, 2);

ABI_SIZE(struct ifreq, 40);
ABI_AT(struct ifreq, ifr_name, 0);
ABI_AT(struct ifreq, ifr_ifindex, 16);
ABI_AT(struct ifreq, ifr_data, 16);

ABI_SIZE(struct ethtool_drvinfo, 196);
ABI_AT(struct ethtool_drvinfo, driver, 4);

ABI_SIZE(struct ethtool_rx_flow_spec, 168);
ABI_AT(struct ethtool_rx_flow_spec, flow_type, 0);
ABI_AT(struct ethtool_rx_flow_spec, h_u, 4);
ABI_AT(struct ethtool_rx_flow_spec, h_ext, 56);
ABI_AT(struct ethtool_rx_flow_spec, m_u, 76);
ABI_AT(struct ethtool_rx_flow_spec, m_ext, 128);
ABI_AT(struct ethtool_rx_flow_spec, ring_cookie, 152);
ABI_AT(struct ethtool_rx_flow_spec, location, 160);

ABI_SIZE(struct ethtool_tcpip4_spec, 16);
ABI_AT(struct ethtool_tcpip4_spec, ip4dst, 4);
ABI_AT(struct ethtool_tcpip4_spec, pdst, 10);
ABI_SIZE(struct ethtool_tcpip6_spec, 40);
ABI_AT(struct ethtool_tcpip6_spec, ip6dst, 16);
ABI_AT(struct ethtool_tcpip6_spec, pdst, 34);

ABI_SIZE(struct ethtool_rxnfc, 192);
ABI_AT(struct ethtool_rxnfc, cmd, 0);
ABI_AT(struct ethtool_rxnfc, data, 8);
ABI_AT(struct ethtool_rxnfc, fs, 16);
ABI_AT(struct ethtool_rxnfc, rule_cnt, 184);
ABI_AT(struct ethtool_rxnfc, rule_locs, 188);

ABI_SIZE(struct ethtool_rxfh, 24);
ABI_AT(struct ethtool_rxfh, rss_context, 4);
ABI_AT(struct ethtool_rxfh, indir_size, 8);
ABI_AT(struct ethtool_rxfh, key_size, 12);
ABI_AT(struct ethtool_rxfh, hfunc, 16);
/* Byte 17 is input_xfrm since Linux 6.8 and reserved before. */
ABI_AT(struct ethtool_rxfh, rss_config, 24);

#endif
