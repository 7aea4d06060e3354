// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host bridges that the kernel knows are known by the IDs of the first
 * device of their root bus.  These can be changed in the kernel's memory, so
 * one guest can be any host; and trying all of them prints the kernel's list.
 */
#include "p2p_oracle.h"

struct pci_dev *first_of_root(struct pci_bus *bus)
{
	while (bus->parent)
		bus = bus->parent;
	if (bus->devices.next == &bus->devices)
		return NULL;
	return container_of(bus->devices.next, struct pci_dev, bus_list);
}

static void change_ids(struct pci_dev *dev, unsigned int vendor,
		       unsigned int device)
{
	pr_info("p2p_oracle: %s: IDs %04x:%04x become %04x:%04x\n",
		pci_name(dev), dev->vendor, dev->device, vendor, device);
	dev->vendor = vendor;
	dev->device = device;
}

void change_root_ids(const char *list)
{
	struct pci_bus *bus = NULL;

	while (list && *list && (bus = pci_find_next_bus(bus)) != NULL) {
		unsigned int vendor, device;
		struct pci_dev *first = first_of_root(bus);

		if (first && sscanf(list, "%x:%x", &vendor, &device) == 2)
			change_ids(first, vendor, device);
		list = strchr(list, ',');
		if (list)
			list++;
	}
}

/*
 * Two devices on root buses of one host bridge, and one of another: pairs
 * without an upstream bridge in common, so that the list is asked.
 */
struct places {
	struct pci_dev *one, *same, *other;
};

static struct places find_places(void)
{
	struct places at = { NULL, NULL, NULL };
	struct pci_dev *dev = NULL;

	for_each_pci_dev(dev) {
		if (dev->bus->parent)
			continue;
		if (!at.one)
			at.one = pci_dev_get(dev);
		else if (dev->bus == at.one->bus && !at.same)
			at.same = pci_dev_get(dev);
		else if (dev->bus != at.one->bus && !at.other)
			at.other = pci_dev_get(dev);
	}
	return at;
}

static const u16 vendors[] = {
	0x8086, 0x1022, 0x1002, 0x1ae0, 0x1d94, 0x1d17,
	0x10de, 0x1014, 0x177d, 0x19e5, 0x1b36, 0x1d0f,
};

#define SAME 1
#define OTHER 2

static unsigned int accepted(const struct places *at)
{
	if (ask(at->one, at->same, false).distance < 0)
		return 0;
	if (at->other && ask(at->one, at->other, false).distance >= 0)
		return SAME | OTHER;
	return SAME;
}

static void try_vendor(struct seq_file *out, const struct places *at,
		       struct pci_dev *first, struct pci_dev *other_first,
		       u16 vendor)
{
	static u8 found[0x10000];
	unsigned int count = 0, id;

	first->vendor = vendor;
	if (other_first)
		other_first->vendor = vendor;
	for (id = 0; id < 0x10000; id++) {
		first->device = id;
		if (other_first)
			other_first->device = id;
		found[id] = accepted(at);
		count += found[id] != 0;
	}
	if (count == 0x10000)
		seq_printf(out, "W %04x * 1 %d\n", vendor,
			   at->other ? !!(found[0] & OTHER) : -1);
	for (id = 0; id < 0x10000 && count < 0x10000; id++)
		if (found[id])
			seq_printf(out, "W %04x %04x 1 %d\n", vendor, id,
				   at->other ? !!(found[id] & OTHER) : -1);
}

int show_bridge_list(struct seq_file *out, void *unused)
{
	struct places at = find_places();
	struct pci_dev *first, *other_first;
	u16 ids[4] = { 0 };
	unsigned int i;

	if (!at.one || !at.same)
		return 0;
	first = first_of_root(at.one->bus);
	other_first = at.other ? first_of_root(at.other->bus) : NULL;
	ids[0] = first->vendor;
	ids[1] = first->device;
	if (other_first) {
		ids[2] = other_first->vendor;
		ids[3] = other_first->device;
	}
	for (i = 0; i < ARRAY_SIZE(vendors); i++)
		try_vendor(out, &at, first, other_first, vendors[i]);
	first->vendor = ids[0];
	first->device = ids[1];
	if (other_first) {
		other_first->vendor = ids[2];
		other_first->device = ids[3];
	}
	return 0;
}
