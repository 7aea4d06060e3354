// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /proc/p2p_import: "FD FUNCTION [MODE MASK]" written to it attaches the DMABUF
 * of that file descriptor for that PCI function, and maps it.  Reading tells:
 *   attach=ERRNO pin=ERRNO map=ERRNO nents=N dma=0xADDRESS len=0xBYTES
 * without "pin=" where nothing was pinned.  MODE is how the importer presents
 * itself, MASK how many address bits its DMA reaches:
 *   dynamic    takes peer memory, may be told to give it up (the default)
 *   static     no importer's operations at all
 *   no-peer    dynamic, but takes no peer memory
 *   pin        takes peer memory and pins it, cannot give it up
 *   pin-revoke pins it, and can
 * Only where VFIO exports (7.2 on here: older kernels have no headers, so no
 * vfio-pci of theirs is at hand either).
 */
#include "p2p_oracle.h"

#if defined(HAVE_KERNEL_HEADERS)
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 2, 0)
#define HAVE_IMPORT
#endif
#endif

#ifdef HAVE_IMPORT
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>

MODULE_IMPORT_NS("DMA_BUF");

static char result[160] = "none\n";

static void on_invalidate(struct dma_buf_attachment *attachment)
{
}

static const struct dma_buf_attach_ops dynamic_ops = {
	.allow_peer2peer = true,
	.invalidate_mappings = on_invalidate,
};

static const struct dma_buf_attach_ops no_peer_ops = {
	.allow_peer2peer = false,
	.invalidate_mappings = on_invalidate,
};

static const struct dma_buf_attach_ops pin_ops = {
	.allow_peer2peer = true,
};

static const struct mode {
	const char *name;
	const struct dma_buf_attach_ops *ops;
	bool pins;
} modes[] = {
	{ "dynamic", &dynamic_ops, false },
	{ "static", NULL, false },
	{ "no-peer", &no_peer_ops, false },
	{ "pin", &pin_ops, true },
	{ "pin-revoke", &dynamic_ops, true },
};

struct request {
	int fd;
	struct pci_dev *client;
	const struct mode *mode;
	int mask;
};

static void __printf(1, 2) tell(const char *format, ...)
{
	size_t used = strlen(result);
	va_list list;

	va_start(list, format);
	vscnprintf(result + used, sizeof(result) - used, format, list);
	va_end(list);
}

static void map_and_tell(struct dma_buf_attachment *attachment)
{
	struct sg_table *table =
		dma_buf_map_attachment_unlocked(attachment, DMA_BIDIRECTIONAL);

	if (IS_ERR(table)) {
		tell("map=%ld nents=0 dma=- len=-\n", PTR_ERR(table));
		return;
	}
	tell("map=0 nents=%u dma=0x%llx len=0x%x\n", table->nents,
	     (u64)sg_dma_address(table->sgl), sg_dma_len(table->sgl));
	dma_buf_unmap_attachment_unlocked(attachment, table,
					  DMA_BIDIRECTIONAL);
}

static int pin(struct dma_buf_attachment *attachment)
{
	int error;

	dma_resv_lock(attachment->dmabuf->resv, NULL);
	error = dma_buf_pin(attachment);
	dma_resv_unlock(attachment->dmabuf->resv);
	tell("pin=%d ", error);
	return error;
}

static void unpin(struct dma_buf_attachment *attachment)
{
	dma_resv_lock(attachment->dmabuf->resv, NULL);
	dma_buf_unpin(attachment);
	dma_resv_unlock(attachment->dmabuf->resv);
}

static void use(struct dma_buf_attachment *attachment, bool pins)
{
	if (pins && pin(attachment)) {
		tell("map=- nents=0 dma=- len=-\n");
		return;
	}
	map_and_tell(attachment);
	if (pins)
		unpin(attachment);
}

static void import(struct dma_buf *buffer, const struct request *request)
{
	struct dma_buf_attachment *attachment;
	struct device *client = &request->client->dev;

	dma_coerce_mask_and_coherent(client, DMA_BIT_MASK(64));
	/* A mask that the platform refuses is set all the same. */
	if (dma_set_mask(client, DMA_BIT_MASK(request->mask)))
		*client->dma_mask = DMA_BIT_MASK(request->mask);
	attachment = dma_buf_dynamic_attach(buffer, client, request->mode->ops,
					    NULL);
	result[0] = 0;
	if (IS_ERR(attachment)) {
		tell("attach=%ld map=- nents=0 dma=- len=-\n",
		     PTR_ERR(attachment));
	} else {
		tell("attach=0 ");
		use(attachment, request->mode->pins);
		dma_buf_detach(buffer, attachment);
	}
	dma_set_mask(client, DMA_BIT_MASK(64));
}

static const struct mode *mode_of(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		if (!strcmp(name, modes[i].name))
			return &modes[i];
	return NULL;
}

static int parse(const char *line, struct request *request)
{
	unsigned int domain, bus, device, function;
	char mode[16] = "dynamic";

	request->mask = 64;
	if (sscanf(line, "%d %x:%x:%x.%x %15s %d", &request->fd, &domain, &bus,
		   &device, &function, mode, &request->mask) < 5)
		return -EINVAL;
	request->mode = mode_of(mode);
	if (!request->mode)
		return -EINVAL;
	request->client = pci_get_domain_bus_and_slot(
		domain, bus, PCI_DEVFN(device, function));
	return request->client ? 0 : -ENODEV;
}

static ssize_t import_write(struct file *file, const char __user *from,
			    size_t count, loff_t *at)
{
	struct request request;
	struct dma_buf *buffer;
	char line[64] = "";
	loff_t start = 0;
	int error;

	if (simple_write_to_buffer(line, sizeof(line) - 1, &start, from,
				   count) < 0)
		return -EINVAL;
	error = parse(line, &request);
	if (error)
		return error;
	buffer = dma_buf_get(request.fd);
	if (!IS_ERR(buffer)) {
		import(buffer, &request);
		dma_buf_put(buffer);
	}
	pci_dev_put(request.client);
	return IS_ERR(buffer) ? PTR_ERR(buffer) : count;
}

static ssize_t import_read(struct file *file, char __user *to, size_t size,
			   loff_t *at)
{
	return simple_read_from_buffer(to, size, at, result, strlen(result));
}

static const struct proc_ops import_proc = {
	.proc_read = import_read,
	.proc_write = import_write,
};

int import_begin(void)
{
	return proc_create("p2p_import", 0600, NULL, &import_proc) ? 0 :
								      -ENOMEM;
}

void import_end(void)
{
	remove_proc_entry("p2p_import", NULL);
}
#else
int import_begin(void)
{
	return 0;
}

void import_end(void)
{
}
#endif
