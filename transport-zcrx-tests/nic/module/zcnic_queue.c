// SPDX-License-Identifier: GPL-2.0
/*
 * zcnic: queues that can be stopped, given other memory and started again
 * while the device runs. All under the netdev instance lock.
 */
#include <linux/log2.h>
#include <net/gro.h>
#include <net/netdev_lock.h>
#include <net/page_pool/helpers.h>
#include "zcnic.h"

/* NAPI exists and is disabled */
void zcnic_queue_attach(struct zcnic_queue *q, const struct zcnic_rxmem *mem)
{
	q->mem = *mem;
	zcnic_refill(q, GFP_KERNEL);
	page_pool_enable_direct_recycling(q->mem.pp, &q->napi);
	page_pool_enable_direct_recycling(q->mem.hpp, &q->napi);
}

void zcnic_queue_detach(struct zcnic_queue *q, struct zcnic_rxmem *mem)
{
	page_pool_disable_direct_recycling(q->mem.pp);
	page_pool_disable_direct_recycling(q->mem.hpp);
	*mem = q->mem;
	memset(&q->mem, 0, sizeof(q->mem));
}

static void zcnic_default_qcfg(struct net_device *dev, struct netdev_queue_config *qcfg)
{
	qcfg->rx_page_size = PAGE_SIZE;
}

static int zcnic_validate_qcfg(struct net_device *dev, struct netdev_queue_config *qcfg,
			       struct netlink_ext_ack *extack)
{
	if (!is_power_of_2(qcfg->rx_page_size) || qcfg->rx_page_size < PAGE_SIZE ||
	    qcfg->rx_page_size > ZCNIC_MAX_RX_PAGE_SIZE)
		return -ERANGE;
	return 0;
}

/* May be called with the device down: then only checks that it would work */
static int zcnic_queue_mem_alloc(struct net_device *dev, struct netdev_queue_config *qcfg,
				 void *qmem, int idx)
{
	return zcnic_rxmem_alloc(netdev_priv(dev), qmem, qcfg, idx);
}

static void zcnic_queue_mem_free(struct net_device *dev, void *qmem)
{
	zcnic_rxmem_free(qmem);
}

static int zcnic_queue_start(struct net_device *dev, struct netdev_queue_config *qcfg,
			     void *qmem, int idx)
{
	struct zcnic_dev *zd = netdev_priv(dev);
	struct zcnic_queue *q = &zd->q[idx];

	zcnic_queue_attach(q, qmem);
	napi_enable_locked(&q->napi);
	zcnic_kick(q);
	return 0;
}

static int zcnic_queue_stop(struct net_device *dev, void *qmem, int idx)
{
	struct zcnic_dev *zd = netdev_priv(dev);
	struct zcnic_queue *q = &zd->q[idx];

	napi_disable_locked(&q->napi);	/* waits for a poll in progress */
	/* GRO may hold packets across polls (gro_flush_timeout): don't let the
	 * new pool's packets be merged into the old pool's
	 */
	local_bh_disable();
	gro_flush(&q->napi.gro, false);
	local_bh_enable();
	zcnic_queue_detach(q, qmem);
	return 0;
}

const struct netdev_queue_mgmt_ops zcnic_queue_mgmt_ops = {
	.ndo_queue_mem_size	= sizeof(struct zcnic_rxmem),
	.ndo_queue_mem_alloc	= zcnic_queue_mem_alloc,
	.ndo_queue_mem_free	= zcnic_queue_mem_free,
	.ndo_queue_start	= zcnic_queue_start,
	.ndo_queue_stop		= zcnic_queue_stop,
	.ndo_default_qcfg	= zcnic_default_qcfg,
	.ndo_validate_qcfg	= zcnic_validate_qcfg,
	.supported_params	= QCFG_RX_PAGE_SIZE,
};
