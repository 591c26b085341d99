// SPDX-License-Identifier: GPL-2.0
/* zcnic: counters, by queue: ethtool -S, and qstats of the netdev netlink family */
#include <linux/ethtool.h>
#include "zcnic.h"

static const char zcnic_stat_names[ZS_MAX][20] = {
	[ZS_PACKETS]		= "packets",
	[ZS_BYTES]		= "bytes",
	[ZS_SPLIT]		= "split",
	[ZS_UNSPLIT]		= "unsplit",
	[ZS_IOV_BYTES]		= "iov_bytes",
	[ZS_PAGE_BYTES]		= "page_bytes",
	[ZS_LINEAR_BYTES]	= "linear_bytes",
	[ZS_NOBUF_DROPS]	= "nobuf_drops",
	[ZS_OVERRUN_DROPS]	= "overrun_drops",
	[ZS_SKB_DROPS]		= "skb_drops",
	[ZS_ALLOC_FAIL]		= "alloc_fail",
	[ZS_FLT_HDR]		= "fault_hdr_extra",
	[ZS_FLT_NOSPLIT]	= "fault_nosplit",
	[ZS_FLT_MISSTEER]	= "fault_missteer",
	[ZS_FLT_DROP]		= "fault_drop",
	[ZS_FLT_REORDER]	= "fault_reorder",
	[ZS_FLT_ALLOC]		= "fault_alloc",
};

int zcnic_get_sset_count(struct net_device *dev, int sset)
{
	struct zcnic_dev *zd = netdev_priv(dev);

	return sset == ETH_SS_STATS ? zd->nq * ZS_MAX : -EOPNOTSUPP;
}

void zcnic_get_strings(struct net_device *dev, u32 sset, u8 *p)
{
	struct zcnic_dev *zd = netdev_priv(dev);
	int i, s;

	if (sset != ETH_SS_STATS)
		return;
	for (i = 0; i < zd->nq; i++)
		for (s = 0; s < ZS_MAX; s++)
			ethtool_sprintf(&p, "rx%d_%s", i, zcnic_stat_names[s]);
}

void zcnic_get_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *p)
{
	struct zcnic_dev *zd = netdev_priv(dev);
	int i, s;

	for (i = 0; i < zd->nq; i++)
		for (s = 0; s < ZS_MAX; s++)
			*p++ = atomic64_read(&zd->q[i].stat[s]);
}

static void zcnic_qstats_rx(struct net_device *dev, int idx,
			    struct netdev_queue_stats_rx *s)
{
	struct zcnic_dev *zd = netdev_priv(dev);
	struct zcnic_queue *q = &zd->q[idx];

	s->packets = atomic64_read(&q->stat[ZS_PACKETS]);
	s->bytes = atomic64_read(&q->stat[ZS_BYTES]);
	s->alloc_fail = atomic64_read(&q->stat[ZS_ALLOC_FAIL]);
	s->hw_drop_overruns = atomic64_read(&q->stat[ZS_OVERRUN_DROPS]) +
			      atomic64_read(&q->stat[ZS_NOBUF_DROPS]);
}

static void zcnic_qstats_tx(struct net_device *dev, int idx,
			    struct netdev_queue_stats_tx *s)
{
}

static void zcnic_qstats_base(struct net_device *dev,
			      struct netdev_queue_stats_rx *rx,
			      struct netdev_queue_stats_tx *tx)
{
	rx->packets = 0;
	rx->bytes = 0;
	rx->alloc_fail = 0;
	rx->hw_drop_overruns = 0;
}

const struct netdev_stat_ops zcnic_stat_ops = {
	.get_queue_stats_rx	= zcnic_qstats_rx,
	.get_queue_stats_tx	= zcnic_qstats_tx,
	.get_base_stats		= zcnic_qstats_base,
};
