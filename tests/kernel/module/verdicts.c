// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One question, one answer.  The exported function tells only the distance;
 * the map type is what calc_map_type_and_dist() returns to it, caught by a
 * kretprobe while it runs.
 */
#include "p2p_oracle.h"

bool be_verbose;

static struct {
	bool caught;
	int type;
	int distance;
} seen;

struct call {
	int *distance;	/* the third argument of calc_map_type_and_dist() */
};

static int on_call(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct call *call = (struct call *)instance->data;

	call->distance = (int *)regs->dx;
	return 0;
}

static int on_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct call *call = (struct call *)instance->data;

	seen.type = (int)regs_return_value(regs);
	if (copy_from_kernel_nofault(&seen.distance, call->distance,
				     sizeof(seen.distance)))
		seen.distance = -2;
	seen.caught = true;
	return 0;
}

static struct kretprobe probe = {
	.handler = on_return,
	.entry_handler = on_call,
	.data_size = sizeof(struct call),
	.maxactive = 4,
};

/* The names that compilers give it. */
static const char *const probed[] = {
	"calc_map_type_and_dist",
	"calc_map_type_and_dist.isra.0",
	"calc_map_type_and_dist.constprop.0",
};

int verdicts_begin(void)
{
	unsigned int i;
	int error = -EINVAL;

	for (i = 0; i < ARRAY_SIZE(probed) && error; i++) {
		probe.kp.symbol_name = probed[i];
		probe.kp.addr = NULL;
		error = register_kretprobe(&probe);
	}
	if (error)
		pr_warn("p2p_oracle: no calc_map_type_and_dist: %d\n", error);
	return error;
}

void verdicts_end(void)
{
	unregister_kretprobe(&probe);
}

/*
 * The values moved up by one when PCI_P2PDMA_MAP_NONE came (6.17), and only
 * newer headers have the enumeration.
 */
#ifndef HAVE_KERNEL_HEADERS
#define FIRST_TYPE PCI_P2PDMA_MAP_NOT_SUPPORTED
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define FIRST_TYPE PCI_P2PDMA_MAP_NOT_SUPPORTED
#else
#define FIRST_TYPE 1
#endif

struct answer ask(struct pci_dev *provider, struct pci_dev *client,
		  bool verbose)
{
	struct answer answer = { .type = '?', .raw_distance = -2 };
	int type;

	seen.caught = false;
	answer.distance = pci_p2pdma_distance(provider, &client->dev, verbose);
	if (!seen.caught)
		return answer;
	type = seen.type - FIRST_TYPE;
	answer.type = type >= 0 && type < 3 ? "NBH"[type] : '!';
	answer.raw_distance = seen.distance;
	return answer;
}

int show_verdicts(struct seq_file *out, void *unused)
{
	static struct pci_dev *devices[2048];
	struct pci_dev *dev = NULL;
	unsigned int count = 0, i, j;

	for_each_pci_dev(dev)
		if (count < ARRAY_SIZE(devices))
			devices[count++] = pci_dev_get(dev);
	for (i = 0; i < count; i++)
		for (j = 0; j < count; j++) {
			struct answer answer =
				ask(devices[i], devices[j], be_verbose);

			seq_printf(out, "P %s %s %d %c %d\n",
				   pci_name(devices[i]), pci_name(devices[j]),
				   answer.distance, answer.type,
				   answer.raw_distance);
		}
	for (i = 0; i < count; i++)
		pci_dev_put(devices[i]);
	return 0;
}
