/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's one program, static, beside busybox. */
#ifndef P2P_GUEST_H
#define P2P_GUEST_H

/* Copies the PCI part of /sys, and some of /proc, below `to`. */
int TakeSnapshot(const char *to);

/* Binds every endpoint to vfio-pci and prints what exporting its BARs as
 * DMABUFs and importing those does; the rows are described in dmabuf.c. */
int AskDmabuf(void);

#endif
