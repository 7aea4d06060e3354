// SPDX-License-Identifier: GPL-2.0-or-later
#include "verdict/command_line_findings.h"

#include <gtest/gtest.h>

#include <set>

#include "support/judge.h"

namespace p2pcheck {
namespace {

using Id = CommandLineFindingId;

HostSnapshot SwitchSnapshot() {
  HostSnapshot snapshot = Sketch(
      "root 0 0\n"
      "dev 0000:00:01.0 id=8086:1901 t=4 acs=1f/1d sec=1\n"
      "dev 0000:01:00.0 id=10b5:8747 t=5 sec=2\n"
      "dev 0000:02:00.0 id=10b5:8747 t=6 acs=5f/1d sec=3\n"
      "dev 0000:02:01.0 id=10b5:8747 t=6 acs=5f/1d sec=4\n"
      "dev 0000:03:00.0 id=10de:2330 t=0\n"
      "dev 0000:04:00.0 id=15b3:1021 t=0\n");
  snapshot.host.architecture = std::string("x86_64");
  snapshot.host.acpi_tables = StringList{"DMAR"};
  snapshot.host.config =
      StringMap{{"INTEL_IOMMU", "y"}, {"INTEL_IOMMU_DEFAULT_ON", "y"}};
  for (FunctionRecord& f : snapshot.functions) {
    f.removable = Absent{};
    f.driver = std::string("pcieport");
  }
  return snapshot;
}

struct Found {
  CommandLine line;
  CommandLineReading reading;

  /// "list-separator ','": ids with what they point at.
  std::set<std::string> All() const {
    std::set<std::string> all;
    for (const CommandLineFinding& finding : reading.findings)
      if (!IsNote(finding.id))
        all.insert(std::string(FindingName(finding.id)) + " '" +
                   std::string(line.Text(finding.where)) + "'");
    return all;
  }
  bool Has(Id id) const {
    for (const CommandLineFinding& finding : reading.findings)
      if (finding.id == id) return true;
    return false;
  }
};

// A line that another kernel is to be booted with.
Found Read(const std::string& text, const char* kernel = "6.12.95",
           HostSnapshot snapshot = SwitchSnapshot()) {
  snapshot.host.command_line = std::string();
  Host host(std::move(snapshot));
  KernelBoot running = RunningKernel(host.snapshot(), Rules());
  KernelBoot next =
      NamedKernel(Rules(), *ParseKernelVersion(kernel), CommandLine(text));
  return {CommandLine(text),
          ReadCommandLine(host.topology(), running, next, false)};
}

// The line that the host runs with.
Found Booted(const std::string& text,
             HostSnapshot snapshot = SwitchSnapshot()) {
  snapshot.host.command_line = text;
  Host host(std::move(snapshot));
  KernelBoot running = RunningKernel(host.snapshot(), Rules());
  return {CommandLine(text),
          ReadCommandLine(host.topology(), running, running, true)};
}

using Texts = std::set<std::string>;

TEST(CommandLineFindings, AGoodLineHasNone) {
  Found found = Read("ro quiet pci=disable_acs_redir=02:00.0;02:01.0,noaer");
  EXPECT_EQ(found.All(), Texts{});
  EXPECT_FALSE(found.reading.undecided);
  EXPECT_EQ(found.reading.functions.size(), 2u);
  EXPECT_EQ(Read("ro quiet").reading.findings.size(), 0u);
}

TEST(CommandLineFindings, SeparatorsThatAreNone) {
  EXPECT_EQ(Read("pci=disable_acs_redir=02:00.0,02:01.0").All(),
            Texts{"list-separator ','"});
  EXPECT_EQ(Read("pci=config_acs=1@02:00.0,1@02:01.0").All(),
            Texts{"list-separator ','"});
  EXPECT_EQ(Read("pci=disable_acs_redir=02:00.0; 02:01.0").All(),
            Texts{"list-separator ' '"});
}

TEST(CommandLineFindings, ElementsThatStopTheList) {
  EXPECT_EQ(Read("pci=disable_acs_redir=02:00.0;02:01;02:01.0").All(),
            Texts{"list-stops '02:01'"});
  EXPECT_EQ(Read("pci=disable_acs_redir=pci:1:2:3;02:01.0").All(),
            Texts{"list-stops 'pci:1:2:3'"});
  EXPECT_EQ(Read("pci=disable_acs_redir=02:00.0\\;02:01.0").All(),
            Texts{"list-stops '02:00.0\\'"});
}

TEST(CommandLineFindings, ElementsThatMeanNothingHere) {
  EXPECT_EQ(Read("pci=disable_acs_redir=0000:41:00.0").All(),
            Texts{"no-such-function '0000:41:00.0'"});
  EXPECT_EQ(Read("pci=disable_acs_redir=03:00.0").All(),
            Texts{"no-acs-capability '03:00.0'"});
}

// Where part of the host was read only, it may well match.
TEST(CommandLineFindings, APartOfAHostLeavesItOpen) {
  HostSnapshot snapshot = SwitchSnapshot();
  snapshot.complete = false;
  Found found = Read("pci=disable_acs_redir=0000:41:00.0", "6.12.95", snapshot);
  EXPECT_EQ(found.All(), Texts{});
  EXPECT_TRUE(found.reading.undecided);
}

TEST(CommandLineFindings, FlagsOfConfigAcs) {
  EXPECT_EQ(Read("pci=config_acs=102@02:00.0").All(),
            Texts{"config-acs-bad-flags '102'"});
  EXPECT_EQ(Read("pci=config_acs=1xxxxxxx@02:00.0").All(),
            Texts{"config-acs-flags-too-long '1'"});
  EXPECT_EQ(Read("pci=config_acs=02:00.0").All(),
            Texts{"config-acs-no-flags '02:00.0'"});
  Found found = Read("pci=config_acs=1100000@00:01.0");
  EXPECT_EQ(found.All(), Texts{"acs-bits-not-implemented '1100000'"});
  EXPECT_EQ(found.reading.findings.front().bits, 0x60);
}

TEST(CommandLineFindings, KernelsThatAreTooOldOrMisread) {
  const char* disable = "pci=disable_acs_redir=02:00.0";
  const char* config = "pci=config_acs=0@02:00.0";
  EXPECT_TRUE(Read(disable, "4.19.1").Has(Id::kParameterTooNew));
  EXPECT_FALSE(Read(disable, "4.20.0").Has(Id::kParameterTooNew));
  EXPECT_TRUE(Read(config, "6.10.3").Has(Id::kParameterTooNew));
  EXPECT_FALSE(Read(config, "6.11.0").Has(Id::kParameterTooNew));
  EXPECT_TRUE(Read(config, "6.12.22").Has(Id::kParameterMisread));
  EXPECT_FALSE(Read(config, "6.12.23").Has(Id::kParameterMisread));
  Found hidden = Read(disable, "6.12");
  EXPECT_FALSE(hidden.Has(Id::kParameterMisread));
  EXPECT_TRUE(hidden.reading.undecided);
}

TEST(CommandLineFindings, OneParameterAgainstAnother) {
  EXPECT_TRUE(Read("pci=disable_acs_redir=02:00.0,config_acs=1@02:00.0")
                  .Has(Id::kBothParameters));
  EXPECT_EQ(
      Read("pci=disable_acs_redir=02:00.0 pci=disable_acs_redir=02:01.0").All(),
      Texts{"parameter-repeated 'disable_acs_redir=02:00.0'"});
}

TEST(CommandLineFindings, WordsThatTheKernelDoesNotTake) {
  EXPECT_EQ(Read("pci=noacs").All(), Texts{"unknown-pci-option 'noacs'"});
  EXPECT_EQ(Read("pci=config_acs").All(),
            Texts{"unknown-pci-option 'config_acs'"});
  EXPECT_EQ(Read("ro -- iommu=pt").All(),
            Texts{"behind-double-dash 'iommu=pt'"});
  EXPECT_EQ(Read("\"pci=noats").All(), Texts{"open-quote '\"'"});
  EXPECT_EQ(Read("pci=nommconf").All(), Texts{"acs-invisible 'nommconf'"});
}

TEST(CommandLineFindings, TheOverrideIsNotMainline) {
  const char* text = "pcie_acs_override=downstream,multifunction";
  EXPECT_TRUE(Booted(text).Has(Id::kOverrideNotMainline));
  HostSnapshot patched = SwitchSnapshot();
  patched.host.kernel_log =
      StringList{"Warning: PCIe ACS overrides enabled; This may allow ..."};
  Found found = Booted(text, patched);
  EXPECT_TRUE(found.Has(Id::kOverridePatched));
  EXPECT_FALSE(found.reading.HasProblem());
}

TEST(CommandLineFindings, WhatDoesNotTurnAcsOffIsANote) {
  for (const char* text :
       {"iommu=pt", "amd_iommu=off", "iommu.passthrough=1"}) {
    Found found = Read(text);
    EXPECT_TRUE(found.Has(Id::kIommuDoesNotMatter)) << text;
    EXPECT_FALSE(found.reading.HasProblem()) << text;
  }
  EXPECT_FALSE(Read("amd_iommu=on iommu=nopt").Has(Id::kIommuDoesNotMatter));
}

// Asked for, and not so.
TEST(CommandLineFindings, BitsThatAreNotAsAsked) {
  Found found = Booted("pci=disable_acs_redir=02:00.0");
  ASSERT_TRUE(found.Has(Id::kIneffective));
  EXPECT_EQ(found.reading.functions.front().live.agrees, Ternary::kNo);
  HostSnapshot snapshot = SwitchSnapshot();
  PutWord(&RecordAt(&snapshot, "02:00.0").config,
          static_cast<uint16_t>(
              Host(SwitchSnapshot())["02:00.0"].acs.value().offset + 6),
          0x11);
  EXPECT_FALSE(
      Booted("pci=disable_acs_redir=02:00.0", snapshot).Has(Id::kIneffective));
}

TEST(CommandLineFindings, WhatGrubSeemsToHaveCut) {
  HostSnapshot snapshot = SwitchSnapshot();
  std::string line = "BOOT_IMAGE=/vmlinuz ro pci=disable_acs_redir=02:00.0";
  EXPECT_TRUE(Booted(line).Has(Id::kListCut));
  EXPECT_FALSE(Booted(line + " quiet").Has(Id::kListCut));
  EXPECT_FALSE(Booted(line + ";02:01.0").Has(Id::kListCut));
  EXPECT_FALSE(Booted("ro pci=disable_acs_redir=02:00.0").Has(Id::kListCut));
}

TEST(CommandLineFindings, DefaultsThatAreLostAreANote) {
  Found found = Read("pci=config_acs=x00xx@02:00.0");
  ASSERT_TRUE(found.Has(Id::kDefaultLost));
  EXPECT_EQ(found.reading.findings.front().bits, 0x11);
  EXPECT_FALSE(
      Read("pci=disable_acs_redir=02:00.0", "6.1.176").Has(Id::kDefaultLost));
}

TEST(CommandLineFindings, EveryIdHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kCommandLineFindings; ++i)
    names.insert(FindingName(static_cast<Id>(i)));
  EXPECT_EQ(names.size(), kCommandLineFindings);
  EXPECT_EQ(names.count(""), 0u);
}

}  // namespace
}  // namespace p2pcheck
