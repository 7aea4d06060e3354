// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_FABRIC_BANDWIDTH_H_
#define P2PCHECK_FABRIC_BANDWIDTH_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "base/observed.h"
#include "topology/topology.h"

namespace p2pcheck {

/// How a link is trained.
struct LinkTraining {
  uint16_t speed = 0;  ///< tenths of GT/s a lane: 25, 50, 80, 160, ...
  uint8_t lanes = 0;
  bool flit = false;  ///< Flit Mode; always so at 64 GT/s and above

  friend bool operator==(const LinkTraining& a, const LinkTraining& b) {
    return a.speed == b.speed && a.lanes == b.lanes && a.flit == b.flit;
  }
};

/// Bytes a second one way after the line code and, in Flit Mode, the CRC and
/// FEC of each flit: what a data sheet calls the bandwidth of the link.
uint64_t LineRate(const LinkTraining& link);

/// Bytes a second of payload one way, of memory writes with 64-bit addresses
/// and `payload` bytes each (Max_Payload_Size), while the other way is busy
/// too.  The model and its sources stand in bandwidth.cc.
uint64_t PayloadRate(const LinkTraining& link, uint16_t payload);

/// What the registers of one function say of its link: sysfs' word first, then
/// the PCI Express capability's.
struct LinkFacts {
  Observed<uint16_t> speed, max_speed;  ///< tenths of GT/s
  Observed<uint8_t> width, max_width;
};
LinkFacts LinkFactsOf(const Function& function);

/// What lies between a function and the bridge above it.
enum class HopKind : uint8_t {
  kNoLink,        ///< a root bus, or the bus inside a switch
  kLink,          ///< a PCI Express link
  kConventional,  ///< a conventional bus, of which we know no rate
  kUnknown,       ///< nobody could read what the two are
};

struct Hop {
  HopKind kind = HopKind::kNoLink;
  /// As it runs and as it could at most; none: not known.
  std::optional<LinkTraining> now, best;
};

/// The links of a host, by the function below each.
///
/// Both ends of a link tell its training; where they differ, which no link
/// does, the slower one counts.  At most needs both ends.  A virtual function
/// has the link and the payload size of its physical function.
class LinkTable {
 public:
  /// Linear in the number of functions (but for finding physical functions).
  explicit LinkTable(const Topology& topology);

  const Hop& Above(FunctionIndex function) const { return hops_[function]; }
  /// Max_Payload_Size in force, bytes; none: not known.  A conventional
  /// function, which sends no TLP, has none and Sends() is false.
  std::optional<uint16_t> PayloadOf(FunctionIndex function) const;
  bool Sends(FunctionIndex function) const;
  const Topology& topology() const { return *topology_; }

 private:
  const Topology* topology_;
  std::vector<Hop> hops_;
  std::vector<Observed<uint16_t>> payloads_;
};

/// How many of the devices selected are below each function, itself included.
/// A device counts once, however many functions of it are selected; virtual
/// functions count as their physical one.
std::vector<uint32_t> DevicesBelow(const Topology& topology,
                                   const std::vector<FunctionIndex>& selected);

/// As trained now, or as both ends could be at most.
enum class Training : uint8_t { kNow, kBest };

/// What the links of a way let through, one way.
struct PathRate {
  /// Bytes a second; none: not known, or no link is passed at all.
  std::optional<uint64_t> line, payload;
  /// The least Max_Payload_Size on the way, bytes.
  std::optional<uint16_t> payload_size;
  /// The function below the narrowest link: of equal ones the link that most
  /// devices share, then that of the least address; kNoIndex: none known.
  FunctionIndex narrowest = kNoIndex;
  /// The functions below links whose training is not known, and those whose
  /// payload size is not.
  std::vector<FunctionIndex> unknown_links, unknown_payloads;

  bool no_link() const {
    return narrowest == kNoIndex && unknown_links.empty();
  }
};

/// `visits` are functions next to each other in the tree, or on root buses.
/// Costs the length of the way.
PathRate RateOf(const LinkTable& links,
                const std::vector<FunctionIndex>& visits, Training training,
                const std::vector<uint32_t>& devices_below);

}  // namespace p2pcheck

#endif  // P2PCHECK_FABRIC_BANDWIDTH_H_
