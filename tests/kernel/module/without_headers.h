/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel whose headers nobody has still tells the layout of its types: BTF,
 * which "bpftool btf dump ... format c" turns into vmlinux.h.  Functions that
 * it exports are declared here; what is a macro or an inline function in the
 * headers is said again in our words.
 */
#ifndef P2P_ORACLE_WITHOUT_HEADERS_H
#define P2P_ORACLE_WITHOUT_HEADERS_H

#include "vmlinux.h"

#define NULL ((void *)0)
#define ENOMEM 12
#define EINVAL 22
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define container_of(pointer, type, member) \
	((type *)((char *)(pointer) - __builtin_offsetof(type, member)))
#define __init __attribute__((section(".init.text")))
#define __exit
#define __user

int _printk(const char *format, ...);
#define pr_info(...) _printk("\0016" __VA_ARGS__)
#define pr_warn(...) _printk("\0014" __VA_ARGS__)

void *memset(void *to, int byte, unsigned long count);
char *strchr(const char *text, int byte);
int sscanf(const char *text, const char *format, ...);
int scnprintf(char *to, unsigned long size, const char *format, ...);
long copy_from_kernel_nofault(void *to, const void *from, unsigned long size);

struct pci_dev *pci_get_device(unsigned int vendor, unsigned int device,
			       struct pci_dev *from);
struct pci_dev *pci_dev_get(struct pci_dev *dev);
void pci_dev_put(struct pci_dev *dev);
struct pci_bus *pci_find_next_bus(const struct pci_bus *from);
int pci_p2pdma_distance_many(struct pci_dev *provider,
			     struct device **clients, int count, bool verbose);

int register_kretprobe(struct kretprobe *probe);
void unregister_kretprobe(struct kretprobe *probe);

void seq_printf(struct seq_file *out, const char *format, ...);
struct proc_dir_entry *proc_create(const char *name, umode_t mode,
				   struct proc_dir_entry *parent,
				   const struct proc_ops *ops);
void remove_proc_entry(const char *name, struct proc_dir_entry *parent);
int single_open(struct file *file, int (*show)(struct seq_file *, void *),
		void *data);
int single_release(struct inode *inode, struct file *file);
ssize_t seq_read(struct file *file, char *to, size_t size, loff_t *at);
loff_t seq_lseek(struct file *file, loff_t offset, int whence);
ssize_t simple_write_to_buffer(void *to, size_t available, loff_t *at,
			       const void *from, size_t count);

#define PCI_ANY_ID (~0u)
#define for_each_pci_dev(d) \
	while ((d = pci_get_device(PCI_ANY_ID, PCI_ANY_ID, d)) != NULL)

static inline const char *pci_name(const struct pci_dev *dev)
{
	return dev->dev.init_name ? dev->dev.init_name : dev->dev.kobj.name;
}

static inline int pci_p2pdma_distance(struct pci_dev *provider,
				      struct device *client, bool verbose)
{
	return pci_p2pdma_distance_many(provider, &client, 1, verbose);
}

static inline unsigned long regs_return_value(struct pt_regs *regs)
{
	return regs->ax;
}

#define TEXT(value) TEXT_(value)
#define TEXT_(value) #value
#define MODULE_INFO(tag, value)                                         \
	static const char TOGETHER(info_, __COUNTER__)[]                \
		__attribute__((section(".modinfo"), used, aligned(1))) = \
			#tag "=" value
#define TOGETHER(a, b) TOGETHER_(a, b)
#define TOGETHER_(a, b) a##b
#define MODULE_LICENSE(text) MODULE_INFO(license, text)
#define MODULE_DESCRIPTION(text) MODULE_INFO(description, text)
/* What the loader looks at: a name, where to begin, where to end. */
#define module_init(function) static int (*const begin)(void) = function
#define module_exit(function)                                              \
	struct module __this_module __attribute__((                        \
		section(".gnu.linkonce.this_module"))) = {                 \
		.name = "p2p_oracle", .init = begin, .exit = function }

#endif
