// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SNAPSHOT_DUMP_FACTS_H_
#define P2PCHECK_SNAPSHOT_DUMP_FACTS_H_

#include <optional>
#include <string>
#include <string_view>

#include "snapshot/host_snapshot.h"
#include "snapshot/lspci_text.h"

namespace p2pcheck {

/// What lspci's own words say of one function, gathered while its lines go
/// by.  Only forms that are numbers or names of the kernel are taken, and the
/// names of classes; that of a vendor or device is not a fact about a host.
class DumpFacts {
 public:
  /// The rest of a device line, after the address: "0302: 10de:2330 (rev
  /// a1)" of -n, "... [0302]: NVIDIA ... [10de:2330] (rev a1)" of -nn.
  void ReadHeader(std::string_view text);

  /// A line below it.
  void ReadText(std::string_view line);

  /// Moves what was gathered into the record, and what its config bytes say
  /// beyond that.
  void Finish(FunctionRecord* record) const;

  /// What is still to be filled in when every section has been read.
  LspciText& text() { return text_; }

 private:
  struct IdPair {
    uint16_t vendor, device;
  };

  static std::optional<IdPair> TakeIds(std::string_view text);
  static std::optional<IdPair> FindIds(std::string_view text);
  void ReadProgIf(std::string_view text);
  void ReadSubsystem(std::string_view text);
  void ReadFlags(std::string_view text);
  void SetIds(FunctionRecord* record) const;
  Observed<uint32_t> ClassCode(const ConfigSpace& config) const;

  std::optional<uint16_t> class_;  // without the interface
  std::optional<uint8_t> prog_if_, revision_;
  std::optional<IdPair> ids_, subsystem_;
  std::optional<std::string> driver_;
  std::optional<uint32_t> iommu_group_;
  std::optional<int32_t> numa_node_;
  LspciText text_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_SNAPSHOT_DUMP_FACTS_H_
