// SPDX-License-Identifier: GPL-2.0
/*
 * zcnic: the network device - open, stop, features. rtnl and the netdev
 * instance lock are both held in open and stop.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <net/netdev_lock.h>
#include "zcnic.h"

static void zcnic_start_queue(struct zcnic_dev *zd, int i, const struct zcnic_rxmem *mem)
{
	struct net_device *dev = zd->dev;
	struct zcnic_queue *q = &zd->q[i];

	netif_napi_add_config_locked(dev, &q->napi, zcnic_poll, i);
	zcnic_queue_attach(q, mem);
	netif_queue_set_napi(dev, i, NETDEV_QUEUE_TYPE_RX, &q->napi);
	netif_queue_set_napi(dev, i, NETDEV_QUEUE_TYPE_TX, &q->napi);
	napi_enable_locked(&q->napi);
}

static int zcnic_open(struct net_device *dev)
{
	struct zcnic_dev *zd = netdev_priv(dev), *peer;
	struct netdev_queue_config qcfg;
	struct zcnic_rxmem *mem;
	int i, err = 0;

	mem = kcalloc(zd->nq, sizeof(*mem), GFP_KERNEL);
	if (!mem)
		return -ENOMEM;
	for (i = 0; i < zd->nq; i++) {
		netdev_queue_config(dev, i, &qcfg);
		err = zcnic_rxmem_alloc(zd, &mem[i], &qcfg, i);
		if (err)
			goto err_free;
	}
	for (i = 0; i < zd->nq; i++)
		zcnic_start_queue(zd, i, &mem[i]);
	kfree(mem);
	WRITE_ONCE(zd->up, true);
	netif_tx_start_all_queues(dev);

	peer = rtnl_dereference(zd->peer);
	if (peer && READ_ONCE(peer->up) && !zd->unplugged) {
		netif_carrier_on(dev);
		netif_carrier_on(peer->dev);
	}
	return 0;

err_free:
	while (i--)
		zcnic_rxmem_free(&mem[i]);
	kfree(mem);
	return err;
}

static int zcnic_stop(struct net_device *dev)
{
	struct zcnic_dev *zd = netdev_priv(dev), *peer;
	struct zcnic_rxmem mem[ZCNIC_MAX_QUEUES];
	int i;

	netif_carrier_off(dev);
	peer = rtnl_dereference(zd->peer);
	if (peer)
		netif_carrier_off(peer->dev);
	netif_tx_disable(dev);

	WRITE_ONCE(zd->up, false);
	synchronize_net();		/* the peer's xmit is out of our queues */

	for (i = 0; i < zd->nq; i++) {
		struct zcnic_queue *q = &zd->q[i];

		napi_disable_locked(&q->napi);
		netif_queue_set_napi(dev, i, NETDEV_QUEUE_TYPE_RX, NULL);
		netif_queue_set_napi(dev, i, NETDEV_QUEUE_TYPE_TX, NULL);
		skb_queue_purge(&q->wire);
		/* Detach while the NAPI is disabled but still exists;
		 * deleting it then frees the skbs that GRO holds.
		 */
		zcnic_queue_detach(q, &mem[i]);
		__netif_napi_del_locked(&q->napi);
	}
	synchronize_net();
	for (i = 0; i < zd->nq; i++)
		zcnic_rxmem_free(&mem[i]);
	return 0;
}

/* Pulls the cable out of both ends, or puts it in again */
void zcnic_plug(struct zcnic_dev *zd, bool in)
{
	struct zcnic_dev *peer;

	rtnl_lock();
	peer = rtnl_dereference(zd->peer);
	if (peer) {
		WRITE_ONCE(zd->unplugged, !in);
		WRITE_ONCE(peer->unplugged, !in);
		if (!in) {
			netif_carrier_off(zd->dev);
			netif_carrier_off(peer->dev);
		} else if (READ_ONCE(zd->up) && READ_ONCE(peer->up)) {
			netif_carrier_on(zd->dev);
			netif_carrier_on(peer->dev);
		}
	}
	rtnl_unlock();
}

static int zcnic_get_iflink(const struct net_device *dev)
{
	struct zcnic_dev *zd = netdev_priv(dev), *peer;
	int ifindex;

	rcu_read_lock();
	peer = rcu_dereference(zd->peer);
	ifindex = peer ? READ_ONCE(peer->dev->ifindex) : READ_ONCE(dev->ifindex);
	rcu_read_unlock();
	return ifindex;
}

static const struct net_device_ops zcnic_netdev_ops = {
	.ndo_open		= zcnic_open,
	.ndo_stop		= zcnic_stop,
	.ndo_start_xmit		= zcnic_xmit,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_set_mac_address	= eth_mac_addr,
	.ndo_get_iflink		= zcnic_get_iflink,
};

void zcnic_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = ZCNIC_MAX_MTU;
	dev->priv_flags |= IFF_NO_QUEUE | IFF_LIVE_ADDR_CHANGE;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_DSTATS;

	dev->netdev_ops = &zcnic_netdev_ops;
	dev->ethtool_ops = &zcnic_ethtool_ops;
	dev->stat_ops = &zcnic_stat_ops;
	/* having queue_mgmt_ops turns on netdev_need_ops_lock() */
	dev->queue_mgmt_ops = &zcnic_queue_mgmt_ops;
	dev->request_ops_lock = true;

	/* No TSO: the stack segments, every skb is one frame on the wire. */
	dev->hw_features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HIGHDMA |
			   NETIF_F_HW_CSUM | NETIF_F_RXCSUM | NETIF_F_RXHASH |
			   NETIF_F_NTUPLE;
	dev->features = dev->hw_features;
	dev->vlan_features = dev->hw_features & ~NETIF_F_NTUPLE;
}
