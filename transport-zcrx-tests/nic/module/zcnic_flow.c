// SPDX-License-Identifier: GPL-2.0
/* zcnic: which flow a frame belongs to, and which queue that flow goes to */
#include <linux/if_vlan.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/unaligned.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "zcnic.h"

/* What a header is copied to where the frame holds it in pieces */
union zcnic_header {
	struct ethhdr eth;
	struct vlan_hdr vlan;
	struct iphdr ip4;
	struct ipv6hdr ip6;
	struct tcphdr tcp;
	struct udphdr udp;
};

/* The protocol behind the Ethernet header and its VLAN tags, which *off is moved past; 0: cut off */
static __be16 zcnic_parse_eth(const struct sk_buff *skb, u32 *off)
{
	union zcnic_header tmp;
	const struct ethhdr *eth = skb_header_pointer(skb, 0, sizeof(*eth), &tmp);
	__be16 proto;

	if (!eth)
		return 0;
	proto = eth->h_proto;
	*off = ETH_HLEN;
	while (eth_type_vlan(proto)) {
		const struct vlan_hdr *v = skb_header_pointer(skb, *off, sizeof(*v), &tmp);

		if (!v)
			return 0;
		proto = v->h_vlan_encapsulated_proto;
		*off += VLAN_HLEN;
	}
	return proto;
}

/* The protocol behind the header, which *off is moved past; -1 if no ports can be told */
static int zcnic_parse_ip4(const struct sk_buff *skb, struct zcnic_flow *fl, u32 *off)
{
	union zcnic_header tmp;
	const struct iphdr *ip = skb_header_pointer(skb, *off, sizeof(*ip), &tmp);

	if (!ip || ip->version != 4 || ip->ihl < 5)
		return -1;
	fl->family = AF_INET;
	fl->src[0] = ip->saddr;
	fl->dst[0] = ip->daddr;
	if (ip_is_fragment(ip))
		return -1;
	*off += ip->ihl * 4;
	return ip->protocol;
}

/* As zcnic_parse_ip4() */
static int zcnic_parse_ip6(const struct sk_buff *skb, struct zcnic_flow *fl, u32 *off)
{
	union zcnic_header tmp;
	const struct ipv6hdr *ip = skb_header_pointer(skb, *off, sizeof(*ip), &tmp);

	if (!ip || ip->version != 6)
		return -1;
	fl->family = AF_INET6;
	memcpy(fl->src, &ip->saddr, 16);
	memcpy(fl->dst, &ip->daddr, 16);
	*off += sizeof(*ip);
	return ip->nexthdr;	/* extension headers: not looked into */
}

/* The ports of TCP or UDP; false where there are none */
static bool zcnic_parse_ports(const struct sk_buff *skb, struct zcnic_flow *fl, int l4, u32 *off)
{
	union zcnic_header tmp;

	if (l4 == IPPROTO_TCP) {
		const struct tcphdr *th = skb_header_pointer(skb, *off, sizeof(*th), &tmp);

		if (!th || th->doff < 5)
			return false;
		fl->sport = th->source;
		fl->dport = th->dest;
		*off += th->doff * 4;
		return true;
	}
	if (l4 == IPPROTO_UDP) {
		const struct udphdr *uh = skb_header_pointer(skb, *off, sizeof(*uh), &tmp);

		if (!uh)
			return false;
		fl->sport = uh->source;
		fl->dport = uh->dest;
		*off += sizeof(*uh);
		return true;
	}
	return false;
}

void zcnic_parse(const struct sk_buff *skb, struct zcnic_flow *fl)
{
	int l4 = -1;
	__be16 proto;
	u32 off;

	memset(fl, 0, sizeof(*fl));
	proto = zcnic_parse_eth(skb, &off);
	if (proto == htons(ETH_P_IP))
		l4 = zcnic_parse_ip4(skb, fl, &off);
	else if (proto == htons(ETH_P_IPV6))
		l4 = zcnic_parse_ip6(skb, fl, &off);
	if (l4 < 0 || !zcnic_parse_ports(skb, fl, l4, &off))
		return;
	fl->proto = l4;
	if (off > skb->len)
		return;
	fl->l4 = true;
	fl->hdr_len = off;
}

static bool zcnic_match(const struct zcnic_rule *r, const struct zcnic_flow *fl)
{
	int i, n = r->family == AF_INET ? 1 : 4;

	if (r->family != fl->family || r->proto != fl->proto)
		return false;
	if (((r->sport ^ fl->sport) & r->spmask) || ((r->dport ^ fl->dport) & r->dpmask))
		return false;
	for (i = 0; i < n; i++)
		if (((r->src[i] ^ fl->src[i]) & r->smask[i]) ||
		    ((r->dst[i] ^ fl->dst[i]) & r->dmask[i]))
			return false;
	return true;
}

static u32 zcnic_toeplitz(const u8 *key, const u8 *data, int len)
{
	u32 hash = 0, win = get_unaligned_be32(key);
	int i, b;

	for (i = 0; i < len; i++)
		for (b = 7; b >= 0; b--) {
			if (data[i] & BIT(b))
				hash ^= win;
			win = (win << 1) | ((key[i + 4] >> b) & 1);
		}
	return hash;
}

static u32 zcnic_hash(const struct zcnic_steer *st, const struct zcnic_flow *fl)
{
	int n = fl->family == AF_INET ? 4 : 16, len = 2 * n;
	u8 data[36];

	if (!fl->family)
		return 0;
	memcpy(data, fl->src, n);
	memcpy(data + n, fl->dst, n);
	if (fl->l4) {
		memcpy(data + len, &fl->sport, 2);
		memcpy(data + len + 2, &fl->dport, 2);
		len += 4;
	}
	return zcnic_toeplitz(st->key, data, len);
}

/* Returns the queue or -1 to drop */
int zcnic_pick_queue(const struct zcnic_steer *st, const struct zcnic_flow *fl, u32 *hash)
{
	int i;

	*hash = zcnic_hash(st, fl);
	if (fl->l4 && st->nrules) {
		for (i = 0; i < ZCNIC_MAX_RULES; i++) {
			if (!st->rule[i].used || !zcnic_match(&st->rule[i], fl))
				continue;
			if (st->rule[i].drop)
				return -1;
			if (st->rule[i].ctx)
				return st->ctx[st->rule[i].ctx][*hash % ZCNIC_INDIR_SIZE];
			return st->rule[i].queue;
		}
	}
	return st->indir[*hash % ZCNIC_INDIR_SIZE];
}
