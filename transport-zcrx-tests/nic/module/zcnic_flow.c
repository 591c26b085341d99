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

void zcnic_parse(const struct sk_buff *skb, struct zcnic_flow *fl)
{
	union {
		struct ethhdr eth;
		struct vlan_hdr vlan;
		struct iphdr ip4;
		struct ipv6hdr ip6;
		struct tcphdr tcp;
		struct udphdr udp;
	} tmp;
	const struct ethhdr *eth;
	u32 off = ETH_HLEN;
	__be16 proto;
	u8 l4;

	memset(fl, 0, sizeof(*fl));
	eth = skb_header_pointer(skb, 0, sizeof(*eth), &tmp);
	if (!eth)
		return;
	proto = eth->h_proto;
	while (eth_type_vlan(proto)) {
		const struct vlan_hdr *v = skb_header_pointer(skb, off, sizeof(*v), &tmp);

		if (!v)
			return;
		proto = v->h_vlan_encapsulated_proto;
		off += VLAN_HLEN;
	}
	if (proto == htons(ETH_P_IP)) {
		const struct iphdr *ip = skb_header_pointer(skb, off, sizeof(*ip), &tmp);

		if (!ip || ip->version != 4 || ip->ihl < 5)
			return;
		fl->family = AF_INET;
		fl->src[0] = ip->saddr;
		fl->dst[0] = ip->daddr;
		l4 = ip->protocol;
		if (ip_is_fragment(ip))
			return;
		off += ip->ihl * 4;
	} else if (proto == htons(ETH_P_IPV6)) {
		const struct ipv6hdr *ip = skb_header_pointer(skb, off, sizeof(*ip), &tmp);

		if (!ip || ip->version != 6)
			return;
		fl->family = AF_INET6;
		memcpy(fl->src, &ip->saddr, 16);
		memcpy(fl->dst, &ip->daddr, 16);
		l4 = ip->nexthdr;	/* extension headers: not looked into */
		off += sizeof(*ip);
	} else {
		return;
	}
	if (l4 == IPPROTO_TCP) {
		const struct tcphdr *th = skb_header_pointer(skb, off, sizeof(*th), &tmp);

		if (!th || th->doff < 5)
			return;
		fl->sport = th->source;
		fl->dport = th->dest;
		off += th->doff * 4;
	} else if (l4 == IPPROTO_UDP) {
		const struct udphdr *uh = skb_header_pointer(skb, off, sizeof(*uh), &tmp);

		if (!uh)
			return;
		fl->sport = uh->source;
		fl->dport = uh->dest;
		off += sizeof(*uh);
	} else {
		return;
	}
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
