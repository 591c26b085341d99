// SPDX-License-Identifier: GPL-2.0
/*
 * zcnic: receive buffers. A queue has two page pools: the one for payload, whose
 * memory a provider may own and no one here may read, and one of kernel pages
 * for what could not be split.
 */
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <net/page_pool/helpers.h>
#include "zcnic.h"

static struct page_pool *zcnic_pool(struct zcnic_dev *zd, int idx, u32 size,
				    unsigned int order, unsigned int flags)
{
	struct page_pool_params pp = {
		.order		= order,
		.pool_size	= size,
		.nid		= NUMA_NO_NODE,
		.dev		= zd->dmadev,
		.dma_dir	= DMA_FROM_DEVICE,
		.max_len	= PAGE_SIZE << order,
		.netdev		= zd->dev,
		.queue_idx	= idx,
		.flags		= PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV | flags,
	};

	/* .napi is left out: the pool is made while the queue may still run on
	 * the old one; zcnic_queue_attach() ties it to the NAPI.
	 */
	return page_pool_create(&pp);
}

int zcnic_rxmem_alloc(struct zcnic_dev *zd, struct zcnic_rxmem *mem,
		      struct netdev_queue_config *qcfg, int idx)
{
	u32 size = zd->ring_size;
	int err;

	memset(mem, 0, sizeof(*mem));
	mem->buf_size = qcfg->rx_page_size;
	/* keep the number of posted bytes about the same for larger buffers */
	mem->ring_size = max_t(u32, size / (mem->buf_size >> PAGE_SHIFT), 4);
	mem->ring = kvcalloc(mem->ring_size, sizeof(*mem->ring), GFP_KERNEL);
	if (!mem->ring)
		return -ENOMEM;

	mem->pp = zcnic_pool(zd, idx, mem->ring_size, get_order(mem->buf_size),
			     PP_FLAG_ALLOW_UNREADABLE_NETMEM);
	if (IS_ERR(mem->pp)) {
		err = PTR_ERR(mem->pp);
		goto err_ring;
	}
	/* Packets that can't be split need readable memory */
	mem->hpp = zcnic_pool(zd, idx, min(size, 512), 0, 0);
	if (IS_ERR(mem->hpp)) {
		err = PTR_ERR(mem->hpp);
		goto err_pp;
	}
	return 0;

err_pp:
	page_pool_destroy(mem->pp);
err_ring:
	kvfree(mem->ring);
	memset(mem, 0, sizeof(*mem));
	return err;
}

void zcnic_rxmem_free(struct zcnic_rxmem *mem)
{
	if (!mem->ring)
		return;
	while (mem->count) {
		page_pool_put_full_netmem(mem->pp, mem->ring[mem->head], false);
		mem->head = (mem->head + 1) % mem->ring_size;
		mem->count--;
	}
	if (mem->cur)
		page_pool_put_full_netmem(mem->pp, mem->cur, false);
	page_pool_destroy(mem->pp);
	page_pool_destroy(mem->hpp);
	kvfree(mem->ring);
	memset(mem, 0, sizeof(*mem));
}

/* From NAPI, or with the NAPI disabled */
void zcnic_refill(struct zcnic_queue *q, gfp_t gfp)
{
	struct zcnic_rxmem *mem = &q->mem;
	struct zcnic_faults *f = &q->zdev->flt;

	while (mem->count < mem->ring_size) {
		netmem_ref nm = 0;

		if (zcnic_every(READ_ONCE(f->alloc_fail_every), &f->n_alloc))
			zs_inc(q, ZS_FLT_ALLOC);
		else
			nm = page_pool_alloc_netmems(mem->pp, gfp);
		if (!nm) {
			zs_inc(q, ZS_ALLOC_FAIL);
			break;
		}
		mem->ring[(mem->head + mem->count) % mem->ring_size] = nm;
		mem->count++;
	}
}

/* Start of one posted buffer's memory, as the "device" sees it. With direct
 * DMA and no IOMMU the DMA address is the physical address (checked at load),
 * for net_iovs (user pages, dma-buf) just as for kernel pages.
 */
static void *zcnic_dma_ptr(netmem_ref nm)
{
	dma_addr_t dma = page_pool_get_dma_addr_netmem(nm);

	if (WARN_ON_ONCE(!dma || !pfn_valid(PHYS_PFN(dma))))
		return NULL;
	return phys_to_virt((phys_addr_t)dma);
}

static netmem_ref zcnic_take(struct zcnic_queue *q)
{
	struct zcnic_rxmem *mem = &q->mem;
	netmem_ref nm;

	if (unlikely(!mem->count)) {
		zcnic_refill(q, GFP_ATOMIC | __GFP_NOWARN);
		if (!mem->count)
			return 0;
	}
	nm = mem->ring[mem->head];
	mem->head = (mem->head + 1) % mem->ring_size;
	mem->count--;
	return nm;
}

static bool zcnic_write(struct page_pool *pp, netmem_ref nm, u32 off,
			const struct sk_buff *tx, u32 from, u32 len)
{
	void *p = zcnic_dma_ptr(nm);

	if (!p || skb_copy_bits(tx, from, p + off, len))
		return false;
	page_pool_dma_sync_netmem_for_cpu(pp, nm, off, len);
	return true;
}

/* The next n bytes of the current buffer, which were written, become a frag */
static void zcnic_add_frag(struct zcnic_queue *q, struct sk_buff *rx, u32 n, bool pack)
{
	struct zcnic_rxmem *mem = &q->mem;
	u32 room = mem->buf_size - mem->cur_off;
	u32 truesize = min(ALIGN(n, ZCNIC_BUF_ALIGN), room);
	bool last = !pack || room - truesize < ZCNIC_ROW;

	if (last)
		truesize = room;
	else
		page_pool_ref_netmem(mem->cur);	/* we keep one ref */
	/* sets skb->unreadable for a net_iov */
	skb_add_rx_frag_netmem(rx, skb_shinfo(rx)->nr_frags, mem->cur, mem->cur_off, n, truesize);
	zs_add(q, netmem_is_net_iov(mem->cur) ? ZS_IOV_BYTES : ZS_PAGE_BYTES, n);
	if (last)
		mem->cur = 0;
	else
		mem->cur_off += truesize;
}

/* Payload into the posted buffers: one or more frags */
int zcnic_fill_split(struct zcnic_queue *q, struct sk_buff *rx,
			    const struct sk_buff *tx, u32 from)
{
	struct zcnic_rxmem *mem = &q->mem;
	bool pack = READ_ONCE(q->zdev->pack);
	u32 left = tx->len - from;

	/* A payload that doesn't fit in the rest starts a new buffer */
	if (mem->cur && (!pack || mem->buf_size - mem->cur_off < left)) {
		page_pool_put_full_netmem(mem->pp, mem->cur, true);
		mem->cur = 0;
	}
	while (left) {
		u32 n;

		if (unlikely(skb_shinfo(rx)->nr_frags == MAX_SKB_FRAGS))
			return -EMSGSIZE;
		if (!mem->cur) {
			mem->cur = zcnic_take(q);
			mem->cur_off = 0;
			if (!mem->cur)
				return -ENOBUFS;
		}
		n = min(left, mem->buf_size - mem->cur_off);
		if (!zcnic_write(mem->pp, mem->cur, mem->cur_off, tx, from, n))
			return -EFAULT;
		zcnic_add_frag(q, rx, n, pack);
		from += n;
		left -= n;
	}
	return 0;
}

/* Payload into kernel pages: from the page pool, or (!pooled) plain ones */
int zcnic_fill_pages(struct zcnic_queue *q, struct sk_buff *rx,
			    const struct sk_buff *tx, u32 from, bool pooled)
{
	struct page_pool *hpp = q->mem.hpp;
	u32 left = tx->len - from;

	while (left) {
		u32 n = min_t(u32, left, PAGE_SIZE), off = 0, size = n;
		int i = skb_shinfo(rx)->nr_frags;
		struct page *page;
		netmem_ref nm;

		if (unlikely(i == MAX_SKB_FRAGS))
			return -EMSGSIZE;
		if (pooled) {
			nm = page_pool_dev_alloc_netmem(hpp, &off, &size);
			if (!nm)
				goto nobuf;
			skb_add_rx_frag_netmem(rx, i, nm, off, n, size);
			if (!zcnic_write(hpp, nm, off, tx, from, n))
				return -EFAULT;
		} else {
			page = dev_alloc_page();
			if (!page)
				goto nobuf;
			skb_add_rx_frag(rx, i, page, 0, n, PAGE_SIZE);
			if (skb_copy_bits(tx, from, page_address(page), n))
				return -EFAULT;
		}
		zs_add(q, ZS_PAGE_BYTES, n);
		from += n;
		left -= n;
	}
	return 0;

nobuf:
	zs_inc(q, ZS_ALLOC_FAIL);
	return -ENOBUFS;
}
