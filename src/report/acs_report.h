// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_ACS_REPORT_H_
#define P2PCHECK_REPORT_ACS_REPORT_H_

#include <ostream>
#include <vector>

#include "report/json_writer.h"
#include "report/judgement.h"
#include "verdict/acs_boot.h"

namespace p2pcheck {

/// What ACS is at hand and what it would be after a boot: of the kernel that
/// runs, or of the one that the user names, with the host's own command line.
class AcsOutlook {
 public:
  explicit AcsOutlook(const Judgement& judgement);

  Observed<AcsAtBoot> Of(FunctionIndex function) const;
  AcsAgreement Live(FunctionIndex function) const;
  const KernelBoot& running() const { return running_; }
  const KernelBoot& next() const { return next_; }

 private:
  const Judgement& judgement_;
  KernelBoot running_, next_;
};

/// Each function with an ACS capability: its bits, each with what it means for
/// peer requests; live, at boot, and what the capability allows.  `functions`
/// empty: all that have one or might.
void WriteAcsText(const Judgement& judgement,
                  const std::vector<FunctionIndex>& functions,
                  const TextStyle& style, std::ostream& out);
/// The same as p2pcheck.acs/1.
void WriteAcsJson(const Judgement& judgement,
                  const std::vector<FunctionIndex>& functions,
                  std::ostream& out);

/// "acs", "acs_state" and "redirects_p2p" of a function object.
void WriteAcsFields(const Judgement& judgement, const AcsOutlook& outlook,
                    FunctionIndex function, JsonWriter& json);

/// {"value": "0x001d", "known": "0x007f"}.
void WriteAcsBits(const AcsBits& bits, JsonWriter& json);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_ACS_REPORT_H_
