// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_DMABUF_FINDING_H_
#define P2PCHECK_REPORT_DMABUF_FINDING_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "dmabuf/import.h"
#include "report/judgement.h"

namespace p2pcheck {

/// What `dmabuf` was asked.
struct DmabufRequest {
  FunctionIndex exporter = kNoIndex;
  std::optional<uint8_t> bar;  ///< 6: the ROM; none: one is picked
  FunctionIndex importer = kNoIndex;
  const ImporterRule* use = nullptr;  ///< null: by the importer's driver
  std::vector<DmabufRange> ranges;    ///< none: the whole BAR in one
};

/// How it came to be judged as the uses it is.
enum class UseChoice : uint8_t {
  kNamed,     ///< the user said so
  kByDriver,  ///< the importer's driver prefers it
  kAnyKind,   ///< its driver is no importer, or not known: one of each kind
};

/// The importer in one use: attach, then map.
struct UseFinding {
  const ImporterRule* use = nullptr;
  PairVerdict pair;

  Ternary answer() const { return pair.answer(); }
};

/// Everything about one BAR for one importer.
struct DmabufFinding {
  DmabufRequest request;
  BarVerdicts bar;
  bool bar_picked = false;    ///< the largest one that can be exported
  bool hypothetical = false;  ///< if vfio-pci had the exporter
  BarExport exported;         ///< with the ranges asked for
  Verdict verdict;            ///< of (exporter, importer), by the topology
  UseChoice choice = UseChoice::kNamed;
  std::vector<UseFinding> uses;  ///< never empty
  StepVerdict iommufd;           ///< IOMMU_IOAS_MAP_FILE of it
  StepVerdict type1;             ///< mmap and VFIO_IOMMU_MAP_DMA
  StepVerdict pages;             ///< P2P memory with struct pages
  StepVerdict page_map;          ///< mapping such pages (O_DIRECT, nvmet)

  /// Export and one of the uses.  Where the use is not known: yes or no only
  /// if every kind of importer would get that answer.
  Ternary answer() const;
};

/// Throws NotFoundError where the exporter has no BAR that could be meant.
DmabufFinding JudgeDmabuf(const Judgement& judgement,
                          const DmabufRequest& request);

/// Whether a use is open to a function: its driver is one of the use's.
bool IsUseOf(const ImporterRule& use, const Function& importer);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_DMABUF_FINDING_H_
