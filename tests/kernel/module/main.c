// SPDX-License-Identifier: GPL-2.0-or-later
/* Loading, unloading and what is written to /proc/p2p_options. */
#include "p2p_oracle.h"

static int open_verdicts(struct inode *inode, struct file *file)
{
	return single_open(file, show_verdicts, NULL);
}

static int open_bridge_list(struct inode *inode, struct file *file)
{
	return single_open(file, show_bridge_list, NULL);
}

static const struct proc_ops verdict_ops = {
	.proc_open = open_verdicts,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

static const struct proc_ops bridge_list_ops = {
	.proc_open = open_bridge_list,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

static ssize_t write_options(struct file *file, const char __user *from,
			     size_t count, loff_t *at)
{
	static char line[256];
	ssize_t got;

	memset(line, 0, sizeof(line));
	got = simple_write_to_buffer(line, sizeof(line) - 1, at, from, count);
	if (got < 0)
		return got;
	if (line[0] == 'v')
		be_verbose = true;
	else if (line[0] == 'i' && strchr(line, ' '))
		change_root_ids(strchr(line, ' ') + 1);
	else
		return -EINVAL;
	return got;
}

static const struct proc_ops option_ops = { .proc_write = write_options };

static int __init oracle_init(void)
{
	int error = verdicts_begin();

	if (error)
		return error;
	proc_create("p2p_verdicts", 0400, NULL, &verdict_ops);
	proc_create("p2p_bridge_list", 0400, NULL, &bridge_list_ops);
	proc_create("p2p_options", 0200, NULL, &option_ops);
	return import_begin();
}

static void __exit oracle_exit(void)
{
	import_end();
	remove_proc_entry("p2p_verdicts", NULL);
	remove_proc_entry("p2p_bridge_list", NULL);
	remove_proc_entry("p2p_options", NULL);
	verdicts_end();
}

module_init(oracle_init);
module_exit(oracle_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("prints the kernel's peer-to-peer DMA verdicts");
