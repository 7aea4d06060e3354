// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot/wanted_facts.h"

namespace p2pcheck {

const std::vector<std::string_view>& WantedConfigOptions() {
  static const std::vector<std::string_view> kWanted = {
      "AMD_IOMMU",
      "ARM64",
      "ARM64_16K_PAGES",
      "ARM64_4K_PAGES",
      "ARM64_64K_PAGES",
      "ARM_SMMU",
      "ARM_SMMU_V3",
      "BLK_DEV_NVME",
      "DMABUF_MOVE_NOTIFY",
      "DMA_SHARED_BUFFER",
      "HSA_AMD_P2P",
      "INFINIBAND_ON_DEMAND_PAGING",
      "INFINIBAND_USER_MEM",
      "INTEL_IOMMU",
      "INTEL_IOMMU_DEFAULT_ON",
      "IOMMUFD",
      "IOMMU_DEFAULT_DMA_LAZY",
      "IOMMU_DEFAULT_DMA_STRICT",
      "IOMMU_DEFAULT_PASSTHROUGH",
      "IOMMU_DMA",
      "IRQ_REMAP",
      "KALLSYMS",
      "PAGE_SIZE_16KB",
      "PAGE_SIZE_4KB",
      "PAGE_SIZE_64KB",
      "PCIEPORTBUS",
      "PCI_ATS",
      "PCI_IOV",
      "PCI_P2PDMA",
      "PCI_QUIRKS",
      "PM",
      "PPC_16K_PAGES",
      "PPC_4K_PAGES",
      "PPC_64K_PAGES",
      "S390",
      "SWIOTLB",
      "VFIO",
      "VFIO_CONTAINER",
      "VFIO_DEVICE_CDEV",
      "VFIO_GROUP",
      "VFIO_NOIOMMU",
      "VFIO_PCI",
      "VFIO_PCI_CORE",
      "VFIO_PCI_DMABUF",
      "VFIO_PCI_MMAP",
      "VIRTIO_IOMMU",
      "X86_64",
      "ZONE_DEVICE",
  };
  return kWanted;
}

const std::vector<std::string_view>& WantedSymbols() {
  static const std::vector<std::string_view> kWanted = {
      // sorted
      "dma_buf_attach_revocable",
      "dma_buf_invalidate_mappings",
      "dma_buf_move_notify",
      "dma_buf_phys_vec_to_sgt",
      "ib_umem_dmabuf_get_pinned_revocable_and_lock",
      "pci_p2pdma_distance_many",
      "pcim_p2pdma_init",
      "pcim_p2pdma_provider",
      "vfio_pci_core_feature_dma_buf",
      "vfio_pci_core_fill_phys_vec",
      "vfio_pci_core_get_dmabuf_phys",
      "vfio_pci_core_setup_barmap",
      "vfio_pci_dma_buf_iommufd_map",
  };
  return kWanted;
}

}  // namespace p2pcheck
