// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /proc/p2p_import: "FD FUNCTION" written to it attaches the DMABUF of that
 * file descriptor for that PCI function, as an importer that takes peer memory
 * and lets itself be told to give it up, and maps it.  Reading tells:
 *   attach=ERRNO map=ERRNO nents=N dma=0xADDRESS len=0xBYTES
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

MODULE_IMPORT_NS("DMA_BUF");

static char result[160] = "none\n";

static void on_invalidate(struct dma_buf_attachment *attachment)
{
}

static const struct dma_buf_attach_ops import_ops = {
	.allow_peer2peer = true,
	.invalidate_mappings = on_invalidate,
};

static void map_and_tell(struct dma_buf_attachment *attachment)
{
	struct sg_table *table =
		dma_buf_map_attachment_unlocked(attachment, DMA_BIDIRECTIONAL);

	if (IS_ERR(table)) {
		scnprintf(result, sizeof(result),
			  "attach=0 map=%ld nents=0 dma=- len=-\n",
			  PTR_ERR(table));
		return;
	}
	scnprintf(result, sizeof(result),
		  "attach=0 map=0 nents=%u dma=0x%llx len=0x%x\n",
		  table->nents, (u64)sg_dma_address(table->sgl),
		  sg_dma_len(table->sgl));
	dma_buf_unmap_attachment_unlocked(attachment, table,
					  DMA_BIDIRECTIONAL);
}

static void import(struct dma_buf *buffer, struct pci_dev *client)
{
	struct dma_buf_attachment *attachment;

	dma_coerce_mask_and_coherent(&client->dev, DMA_BIT_MASK(64));
	attachment = dma_buf_dynamic_attach(buffer, &client->dev, &import_ops,
					    NULL);
	if (IS_ERR(attachment)) {
		scnprintf(result, sizeof(result),
			  "attach=%ld map=- nents=0 dma=- len=-\n",
			  PTR_ERR(attachment));
		return;
	}
	map_and_tell(attachment);
	dma_buf_detach(buffer, attachment);
}

static struct pci_dev *named(const char *line, int *fd)
{
	unsigned int domain, bus, device, function;

	if (sscanf(line, "%d %x:%x:%x.%x", fd, &domain, &bus, &device,
		   &function) != 5)
		return NULL;
	return pci_get_domain_bus_and_slot(domain, bus,
					   PCI_DEVFN(device, function));
}

static ssize_t import_write(struct file *file, const char __user *from,
			    size_t count, loff_t *at)
{
	struct dma_buf *buffer;
	struct pci_dev *client;
	char line[64] = "";
	loff_t start = 0;
	int fd;

	if (simple_write_to_buffer(line, sizeof(line) - 1, &start, from,
				   count) < 0)
		return -EINVAL;
	client = named(line, &fd);
	if (!client)
		return -ENODEV;
	buffer = dma_buf_get(fd);
	if (!IS_ERR(buffer)) {
		import(buffer, client);
		dma_buf_put(buffer);
	}
	pci_dev_put(client);
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
