/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * p2p_oracle: asks the running kernel about every ordered pair of PCI devices.
 *
 *   /proc/p2p_verdicts     reading it asks, and prints a line a pair:
 *       P provider client distance type rawdist
 *     distance: what pci_p2pdma_distance() returned, -1 for unsupported
 *     type:     what calc_map_type_and_dist() returned meanwhile: N not
 *               supported, B bus address, H through the host bridge, ? the
 *               probe did not fire
 *     rawdist:  the distance that it stored, also where it is not supported
 *   /proc/p2p_bridge_list  tries every device ID of a dozen vendors as the
 *       first device of the host bridge, and prints those accepted:
 *       W vendor device same other     ("*" for all devices of a vendor)
 *   /proc/p2p_options      writing "verbose" lets the kernel log why;
 *       "ids V:D[,V:D]..." gives the first device of the n-th host bridge
 *       other IDs in the kernel's memory ("-" leaves one alone)
 *   /proc/p2p_import       see dmabuf_import.c
 *
 * One reader at a time: the guest has one process that asks.
 */
#ifndef P2P_ORACLE_H
#define P2P_ORACLE_H

#include "kernel.h"

struct answer {
	int distance;		/* -1: not supported */
	char type;		/* N B H ? */
	int raw_distance;	/* -2: not caught */
};

/* verdicts.c */
int verdicts_begin(void);
void verdicts_end(void);
struct answer ask(struct pci_dev *provider, struct pci_dev *client,
		  bool verbose);
int show_verdicts(struct seq_file *out, void *unused);
extern bool be_verbose;

/* bridge_list.c */
struct pci_dev *first_of_root(struct pci_bus *bus);
void change_root_ids(const char *list);
int show_bridge_list(struct seq_file *out, void *unused);

/* dmabuf_import.c */
int import_begin(void);
void import_end(void);

#endif
