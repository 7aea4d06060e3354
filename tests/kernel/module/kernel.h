/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the module's files need of the kernel: its headers, or, for a kernel
 * that comes without, what its own type information (BTF) says.
 */
#ifndef P2P_ORACLE_KERNEL_H
#define P2P_ORACLE_KERNEL_H

#ifdef HAVE_KERNEL_HEADERS
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/pci-p2pdma.h>
#include <linux/pci.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include <linux/version.h>

#ifndef CONFIG_PCI_P2PDMA
#error "without CONFIG_PCI_P2PDMA the header's stubs would answer -1 to all"
#endif
#else
#include "without_headers.h"
#endif

#endif
