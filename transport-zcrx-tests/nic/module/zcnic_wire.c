// SPDX-License-Identifier: GPL-2.0
/*
 * zcnic: the wire. Transmit parses a frame, picks the peer's queue as the
 * peer's hardware would, and leaves the frame there for the peer's poll.
 */
#include <linux/etherdevice.h>
#include "zcnic.h"

/* Faults hit TCP packets with payload only: the rest of a connection stays sane */
static bool zcnic_faultable(const struct zcnic_faults *f, const struct sk_buff *skb,
			    const struct zcnic_flow *fl)
{
	return fl->l4 && fl->proto == IPPROTO_TCP && skb->len > fl->hdr_len &&
	       (!f->port || ntohs(fl->dport) == f->port);
}

/* The peer's queue that its hardware would choose, with faults injected; NULL to drop */
static struct zcnic_queue *zcnic_target(struct zcnic_dev *peer, struct sk_buff *skb)
{
	struct zcnic_faults *f = &peer->flt;
	struct zcnic_cb *cb = ZCNIC_CB(skb);
	struct zcnic_queue *q;
	struct zcnic_flow fl;
	int qi;

	zcnic_parse(skb, &fl);
	qi = zcnic_pick_queue(rcu_dereference(peer->steer), &fl, &cb->hash);
	if (qi < 0)				/* ntuple drop action */
		return NULL;

	cb->hdr_len = fl.hdr_len;
	cb->proto = fl.l4 ? fl.proto : 0;
	cb->fault = zcnic_faultable(f, skb, &fl);
	q = &peer->q[qi];
	if (!cb->fault)
		return q;
	if (zcnic_every(READ_ONCE(f->drop_every), &f->n_drop)) {
		zs_inc(q, ZS_FLT_DROP);
		return NULL;
	}
	if (zcnic_every(READ_ONCE(f->missteer_every), &f->n_missteer)) {
		zs_inc(q, ZS_FLT_MISSTEER);
		q = &peer->q[READ_ONCE(f->missteer_queue) %
			     READ_ONCE(peer->dev->real_num_rx_queues)];
	}
	return q;
}

/*
 * Leaves a frame for the peer's poll; false if there are too many. The skb is not
 * orphaned: the sender's socket is charged for it until the receiver "DMAs" it, so
 * TCP small queues give back pressure just like a real tx ring does.
 */
static bool zcnic_enqueue(struct zcnic_queue *q, struct sk_buff *skb)
{
	struct zcnic_faults *f = &q->zdev->flt;
	unsigned long flags;

	spin_lock_irqsave(&q->wire.lock, flags);
	if (unlikely(skb_queue_len(&q->wire) >= READ_ONCE(q->zdev->wire_limit))) {
		spin_unlock_irqrestore(&q->wire.lock, flags);
		zs_inc(q, ZS_OVERRUN_DROPS);
		return false;
	}
	if (ZCNIC_CB(skb)->fault && !skb_queue_empty(&q->wire) &&
	    zcnic_every(READ_ONCE(f->reorder_every), &f->n_reorder)) {
		zs_inc(q, ZS_FLT_REORDER);
		__skb_queue_before(&q->wire, skb_peek_tail(&q->wire), skb);
	} else {
		__skb_queue_tail(&q->wire, skb);
	}
	spin_unlock_irqrestore(&q->wire.lock, flags);
	return true;
}

netdev_tx_t zcnic_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct zcnic_dev *zd = netdev_priv(dev), *peer;
	unsigned int len = skb->len;
	struct zcnic_queue *q;

	rcu_read_lock();
	peer = rcu_dereference(zd->peer);
	/* Pairs with zcnic_stop(): clear up, synchronize_net(), tear down */
	if (unlikely(!peer || !READ_ONCE(peer->up) || READ_ONCE(peer->unplugged)))
		goto drop;
	if (unlikely(skb_is_gso(skb)))		/* no TSO offered, can't be */
		goto drop;
	if (READ_ONCE(peer->real_csum) && skb->ip_summed == CHECKSUM_PARTIAL &&
	    skb_checksum_help(skb))
		goto drop;
	q = zcnic_target(peer, skb);
	if (!q)
		goto drop;
	skb_tx_timestamp(skb);
	if (!zcnic_enqueue(q, skb))
		goto drop;
	napi_schedule(&q->napi);
	rcu_read_unlock();
	dev_dstats_tx_add(dev, len);
	return NETDEV_TX_OK;

drop:
	rcu_read_unlock();
	dev_kfree_skb_any(skb);
	dev_dstats_tx_dropped(dev);
	return NETDEV_TX_OK;
}
