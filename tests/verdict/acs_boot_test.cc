// SPDX-License-Identifier: GPL-2.0-or-later
//
// spec/kernel-p2p.md 9.3 and 3.3: the control word that each kernel makes of
// what firmware left.
#include "verdict/acs_boot.h"

#include <gtest/gtest.h>

#include "support/judge.h"

namespace p2pcheck {
namespace {

// "6.12.95 pci=noats": a kernel and its command line, on a host whose IOMMU it
// uses or (without `iommu`) that has none.
struct Boot {
  const char* kernel;
  std::string line;
};

HostSnapshot WithIommu(HostSnapshot snapshot, bool iommu) {
  HostFacts& host = snapshot.host;
  host.architecture = std::string("x86_64");
  host.acpi_tables = iommu ? StringList{"DMAR"} : StringList{"MCFG"};
  host.config = StringMap{{"INTEL_IOMMU", "y"},
                          {"AMD_IOMMU", "y"},
                          {"IRQ_REMAP", "y"},
                          {"INTEL_IOMMU_DEFAULT_ON", "y"}};
  for (FunctionRecord& f : snapshot.functions) {
    f.removable = Absent{};
    f.driver = std::string("pcieport");
  }
  return snapshot;
}

Host Sketched(const std::string& text, bool iommu = true) {
  return Host(WithIommu(Sketch(text), iommu));
}

KernelBoot BootOf(const Boot& boot) {
  return NamedKernel(Rules(), *ParseKernelVersion(boot.kernel),
                     CommandLine(boot.line));
}

AcsAtBoot At(const Host& host, std::string_view function, const Boot& boot,
             uint16_t firmware) {
  FirmwareAcs left;
  left.word = left.dword = {firmware, 0xffff};
  return PredictAcs(host.topology(), BootOf(boot), host.At(function), left)
      .value();
}

// The word, all of which must be known.
uint16_t Word(const Host& host, std::string_view function, const Boot& boot,
              uint16_t firmware) {
  AcsBits bits = At(host, function, boot, firmware).control;
  EXPECT_EQ(bits.known, kAcsKernelBits) << function << " " << boot.line;
  return bits.value;
}

constexpr const char* kBothPorts =
    "pci=disable_acs_redir=0000:02:00.0;0000:02:01.0";
constexpr const char* kLonePort = "pci=disable_acs_redir=00:02.0";
constexpr const char* kRelease[] = {"6.1.176", "6.12.22", "6.12.95"};

Host TwoPorts(bool iommu = true) {
  return Sketched(
      "root 0 0\n"
      "dev 0000:00:01.0 id=8086:1901 t=4 acs=1f/1d sec=1\n"
      "dev 0000:01:00.0 id=10b5:8747 t=5 sec=2\n"
      "dev 0000:02:00.0 id=10b5:8747 t=6 acs=5f/1d sec=3\n"
      "dev 0000:02:01.0 id=10b5:8747 t=6 acs=5f/1d sec=4\n"
      "dev 0000:03:00.0 id=10de:2330 t=0\n"
      "dev 0000:04:00.0 id=15b3:1021 t=0\n",
      iommu);
}

TEST(AcsBoot, TableOfResultingControlWords) {
  const uint16_t rows[][5] = {{0x00, 0x1d, 0x11, 0x53, 0x00},
                              {0x1d, 0x1d, 0x11, 0x5f, 0x11},
                              {0x5f, 0x5f, 0x53, 0x5f, 0x53}};
  Host host = TwoPorts();
  for (const auto& [firmware, by_default, old, buggy, fixed] : rows) {
    const uint16_t disabled[] = {old, buggy, fixed};
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(Word(host, "02:00.0", {kRelease[i], ""}, firmware), by_default);
      EXPECT_EQ(Word(host, "02:00.0", {kRelease[i], kBothPorts}, firmware),
                disabled[i])
          << kRelease[i];
    }
  }
}

// The borders of the version matrix, 0.2.
TEST(AcsBoot, BordersOfTheVersionMatrix) {
  Host host = TwoPorts();
  const std::pair<const char*, uint16_t> borders[] = {
      {"4.19.300", 0x1d}, {"4.20.0", 0x11},  {"6.1.176", 0x11},
      {"6.6.50", 0x11},   {"6.10.14", 0x11}, {"6.11.0", 0x53},
      {"6.12.22", 0x53},  {"6.12.23", 0x00}, {"6.13.10", 0x53},
      {"6.13.11", 0x00},  {"6.14.1", 0x53},  {"6.14.2", 0x00},
      {"6.15.0", 0x00},   {"6.19.3", 0x00},  {"7.0.0", 0x00},
      {"7.3.4", 0x00}};
  for (auto [kernel, word] : borders)
    EXPECT_EQ(Word(host, "02:00.0", {kernel, kBothPorts}, 0), word) << kernel;
}

// A release string that hides its third number may be either.
TEST(AcsBoot, AHiddenStableNumberLeavesTheWordOpen) {
  AcsBits bits = At(TwoPorts(), "02:00.0", {"6.12", kBothPorts}, 0).control;
  EXPECT_EQ(bits.known, kAcsKernelBits & ~0x53);
  EXPECT_EQ(bits.value, 0);
}

TEST(AcsBoot, G11) {
  Host host = TwoPorts();
  for (const char* port : {"02:00.0", "02:01.0"}) {
    EXPECT_EQ(Word(host, port, {"6.1.176", kBothPorts}, 0), 0x11);
    for (const char* kernel : {"6.12.95", "7.2.13", "7.3.4"})
      EXPECT_EQ(Word(host, port, {kernel, kBothPorts}, 0), 0x00);
  }
  EXPECT_EQ(Word(host, "00:01.0", {"6.12.95", kBothPorts}, 0), 0x1d);
}

Host OnePort(const char* acs, bool iommu = true) {
  return Sketched(std::string("root 0 0\n"
                              "dev 0000:00:01.0 id=8086:1901 t=4 acs=") +
                      acs + " sec=1\ndev 0000:01:00.0 id=10de:2330 t=0\n",
                  iommu);
}

TEST(AcsBoot, G12) {
  Host host = OnePort("1f/01");
  EXPECT_EQ(Word(host, "00:01.0", {"6.12.95", ""}, 1), 0x1d);
  EXPECT_EQ(Word(host, "00:01.0", {"6.12.95", "pci=config_acs=x@pci:0:0"}, 1),
            0x01);
}

TEST(AcsBoot, G13) {
  const char* both =
      "pci=disable_acs_redir=00:01.0,config_acs=xxxxxx1@0000:00:01.0";
  Host host = OnePort("5f/1d");
  EXPECT_EQ(Word(host, "00:01.0", {"6.1.176", both}, 0x1c), 0x11);
  EXPECT_EQ(Word(host, "00:01.0", {"6.12.95", both}, 0x1c), 0x1d);
}

TEST(AcsBoot, G14) {
  Host host = Sketched(
      "root 0 0\n"
      "dev 0000:00:01.0 id=8086:2 t=4 acs=5f/10\n"
      "dev 0000:00:02.0 id=8086:2 t=4 acs=5f/1f\n"
      "dev 0000:00:03.0 id=8086:3 t=4 acs=5f/1f\n",
      false);
  Boot boot{"6.12.95", "pci=config_acs=1100@0000:00:01.0;0000000@pci:8086:2"};
  EXPECT_EQ(Word(host, "00:01.0", boot, 0x10), 0x1c);
  EXPECT_EQ(Word(host, "00:02.0", boot, 0x1f), 0x00);
  EXPECT_EQ(Word(host, "00:03.0", boot, 0x1f), 0x1f);
}

TEST(AcsBoot, G15) {
  Host host = OnePort("5f/1d");
  Boot boot{"6.12.95", "pci=config_acs=1xxxxxxx@pci:0:0"};
  EXPECT_EQ(Word(host, "00:01.0", boot, 0x02), 0x1f);
  EXPECT_EQ(At(host, "00:01.0", boot, 0).config_acs.front().result,
            ParameterMatch::Result::kFlagsTooLong);
}

TEST(AcsBoot, G17) {
  Host host = Sketched(
      "root 0 0\n"
      "dev 0000:00:1c.0 id=8086:a110 t=4 mf acs=5f/0 sptctl=0 sec=1\n"
      "dev 0000:00:1c.4 id=8086:a114 t=4 mf acs=5f/0 sptctl=0 sec=2\n"
      "dev 0000:01:00.0 id=10de:2330 t=0\n"
      "dev 0000:02:00.0 id=10de:2330 t=0\n");
  for (const char* port : {"00:1c.0", "00:1c.4"}) {
    AcsAtBoot acs = At(host, port, {"6.12.95", ""}, 0);
    EXPECT_EQ(acs.dword_control, (AcsBits{0x1d, kAcsKernelBits}));
    EXPECT_EQ(acs.control, (AcsBits{0, kAcsKernelBits}));
  }
  // Either parameter clears redirect there, whatever its flags.
  for (const char* line :
       {"pci=disable_acs_redir=00:1c.0", "pci=config_acs=1111@00:1c.0"}) {
    EXPECT_EQ(At(host, "00:1c.0", {"6.12.95", line}, 0).dword_control.value,
              0x11)
        << line;
    EXPECT_EQ(At(host, "00:1c.4", {"6.12.95", line}, 0).dword_control.value,
              0x1d);
  }
}

TEST(AcsBoot, G18) {
  HostSnapshot snapshot =
      WithIommu(Sketch("root 0 0\n"
                       "dev 0000:00:01.0 id=8086:1901 t=4 acs=5f/1f sec=1\n"
                       "dev 0000:00:02.0 id=8086:1901 t=4 acs=5f/1d sec=2\n"
                       "dev 0000:01:00.0 id=10de:2330 t=0\n"
                       "dev 0000:02:00.0 id=10de:2330 t=0\n"),
                true);
  RecordAt(&snapshot, "01:00.0").removable = std::string("removable");
  Host host(std::move(snapshot));
  // `removable` only hints at a port that faces outside: TB stays open, and
  // the word at hand, which has it, closes it.
  AcsBits outside = At(host, "00:01.0", {"6.12.95", ""}, 0).control;
  EXPECT_EQ(outside, (AcsBits{0x1d, kAcsKernelBits & ~0x02}));
  EXPECT_EQ(Word(host, "00:02.0", {"6.12.95", ""}, 0), 0x1d);
  for (const char* port : {"00:01.0", "00:02.0"})
    EXPECT_EQ(Word(host, port, {"6.12.95", "pci=noats"}, 0), 0x1f);
}

TEST(AcsBoot, G33) {
  Host host = Sketched(
      "root 0 0\n"
      "dev 0000:00:01.0 id=8086:1901 t=4 acs=1f/1d sec=1\n"
      "dev 0000:01:00.0 id=10b5:8747 t=5 sec=2\n"
      "dev 0000:02:00.0 id=10b5:8747 t=6 acs=7f/51 sec=3\n"
      "dev 0000:02:01.0 id=10b5:8747 t=6 acs=7f/20 sec=4\n"
      "dev 0000:03:00.0 id=10de:2330 t=0\n"
      "dev 0000:04:00.0 id=15b3:1021 t=0\n");
  Boot boot{"6.12.95", "pci=config_acs=1010001@02:00.0;0100000@02:01.0"};
  EXPECT_EQ(Word(host, "02:00.0", boot, 0), 0x51);
  EXPECT_EQ(Word(host, "02:01.0", boot, 0), 0x20);
  Verdict verdict = host.Ask("03:00.0", "04:00.0", "6.12.95");
  EXPECT_EQ(verdict.possible, kNot);
  EXPECT_EQ(AcsList(host, verdict), "0000:02:01.0");
}

// Buggy range: "0" means firmware's value, "x" the kernel's.
TEST(AcsBoot, MisprogrammedConfigAcs) {
  Host host = OnePort("5f/1d");
  auto word = [&](const char* flags, uint16_t firmware) {
    return Word(
        host, "00:01.0",
        {"6.12.22", std::string("pci=config_acs=") + flags + "@pci:0:0"},
        firmware);
  };
  EXPECT_EQ(word("xx", 0x00), 0x1d);
  EXPECT_EQ(word("0000000", 0x00), 0x00);
  EXPECT_EQ(word("0000000", 0x5f), 0x5f);
  EXPECT_EQ(word("1x", 0x00), 0x1f);
}

// 4.5: the last one wins whole.
TEST(AcsBoot, TheLastParameterWinsWhole) {
  Host host = TwoPorts();
  std::string line =
      "pci=disable_acs_redir=02:00.0 pci=noaer,disable_acs_redir=02:01.0";
  EXPECT_EQ(Word(host, "02:00.0", {"6.12.95", line}, 0), 0x1d);
  EXPECT_EQ(Word(host, "02:01.0", {"6.12.95", line}, 0), 0x00);
}

// 4.2: who asks for ACS.
TEST(AcsRequest, ByParameter) {
  Host intel = TwoPorts();
  auto requested = [&](const char* kernel, const char* line) {
    return At(intel, "02:00.0", {kernel, line}, 0).requested;
  };
  for (const char* line : {"", "iommu=pt", "iommu.passthrough=1", "iommu=nopt",
                           "intel_iommu=on,sm_on", "iommu.strict=1"})
    EXPECT_EQ(requested("6.12.95", line), Ternary::kYes) << line;
  EXPECT_EQ(requested("6.12.95", "iommu=off"), Ternary::kNo);
  // The platform may force its IOMMU on, from 7.3 on no longer against an
  // explicit off.
  EXPECT_EQ(requested("6.12.95", "intel_iommu=off"), Ternary::kUnknown);
  EXPECT_EQ(requested("7.3.4", "intel_iommu=off"), Ternary::kNo);
  EXPECT_EQ(At(TwoPorts(false), "02:00.0", {"6.12.95", ""}, 0).requested,
            Ternary::kNo);
}

TEST(AcsRequest, AmdAsksEvenWhenItIsOff) {
  HostSnapshot snapshot = WithIommu(
      Sketch("root 0 0\ndev 0000:00:01.0 id=1022:1483 t=4 acs=5f/1d\n"), true);
  snapshot.host.acpi_tables = StringList{"IVRS"};
  Host host(std::move(snapshot));
  auto requested = [&](const char* line) {
    return At(host, "00:01.0", {"6.12.95", line}, 0).requested;
  };
  EXPECT_EQ(requested(""), Ternary::kYes);
  EXPECT_EQ(requested("amd_iommu=off"), Ternary::kYes);
  EXPECT_EQ(requested("iommu=off"), Ternary::kYes);
  EXPECT_EQ(requested("iommu=off nointremap"), Ternary::kNo);
  EXPECT_EQ(requested("iommu=off intremap=off"), Ternary::kNo);
}

TEST(AcsRequest, StoneyRidgeSwitchesAmdOff) {
  HostSnapshot snapshot =
      WithIommu(Sketch("root 0 0\ndev 0000:00:01.0 id=1002:98e4\n"
                       "dev 0000:00:02.0 id=1022:157b t=4 acs=5f/0\n"),
                true);
  snapshot.host.acpi_tables = StringList{"IVRS"};
  Host host(std::move(snapshot));
  EXPECT_EQ(At(host, "00:02.0", {"6.12.95", ""}, 0).requested, Ternary::kNo);
  EXPECT_EQ(
      At(host, "00:02.0", {"6.12.95", "amd_iommu=force_enable"}, 0).requested,
      Ternary::kYes);
}

// 3.3: what a word at hand says of the next boot.
AcsAtBoot Change(const Host& host, const Boot& now, const Boot& next,
                 std::string_view function = "02:00.0") {
  return PredictAcsChange(host.topology(), BootOf(now), BootOf(next),
                          host.At(function))
      .value();
}

TEST(AcsChange, RedirectIsDecidedAndTheRestIsNot) {
  AcsAtBoot acs = Change(TwoPorts(), {"6.12.95", ""}, {"6.12.95", kBothPorts});
  EXPECT_EQ(acs.agrees, Ternary::kYes);
  // SV and UF are on by the kernel, so firmware's do not show; all else is 0.
  EXPECT_EQ(acs.control, (AcsBits{0, kAcsKernelBits & ~0x11}));
  EXPECT_EQ(acs.firmware, (AcsBits{0, kAcsKernelBits & ~0x1d}));
}

TEST(AcsChange, ABitThatIsOffWasOff) {
  Host host = Sketched(
      "root 0 0\ndev 0000:00:02.0 id=10b5:8747 t=4 acs=5f/4c\n", false);
  AcsAtBoot acs =
      Change(host, {"6.12.95", ""}, {"6.12.95", kLonePort}, "00:02.0");
  EXPECT_EQ(acs.firmware, (AcsBits{0x4c, kAcsKernelBits}));
  EXPECT_EQ(acs.control, (AcsBits{0x40, kAcsKernelBits}));
}

// Taking the parameter away again brings the kernel's own setting back.
TEST(AcsChange, WithoutTheParameterTheDefaultReturns) {
  HostSnapshot snapshot = WithIommu(
      Sketch("root 0 0\ndev 0000:00:02.0 id=10b5:8747 t=4 acs=5f/00 sec=3\n"
             "dev 0000:03:00.0 id=10de:2330 t=0\n"),
      true);
  Host host(std::move(snapshot));
  AcsAtBoot acs =
      Change(host, {"6.12.95", kLonePort}, {"6.12.95", ""}, "00:02.0");
  EXPECT_EQ(acs.agrees, Ternary::kYes);
  EXPECT_EQ(acs.control, (AcsBits{0x1d, kAcsKernelBits}));
}

// setpci cleared it after boot: no world makes 0x11 of this.
TEST(AcsChange, AWordThatTheKernelCannotHaveMade) {
  Host host = Sketched(
      "root 0 0\ndev 0000:00:02.0 id=10b5:8747 t=4 acs=5f/11 sec=3\n"
      "dev 0000:03:00.0 id=10de:2330 t=0\n");
  AcsAtBoot acs = Change(host, {"6.12.95", ""}, {"6.12.95", ""}, "00:02.0");
  EXPECT_EQ(acs.agrees, Ternary::kNo);
  EXPECT_EQ(acs.control.value & acs.control.known, 0x1d);
  AcsAgreement live = CompareWithLive(host.topology(), BootOf({"6.12.95", ""}),
                                      host.At("00:02.0"));
  EXPECT_EQ(live.agrees, Ternary::kNo);
  EXPECT_EQ(live.differs, 0x0c);
}

// The law of the whole house: knowing less never makes more certain.
TEST(AcsBoot, UnknownFirmwareOnlyWidens) {
  Host host = TwoPorts();
  for (const char* kernel : {"6.1.176", "6.12.22", "6.12", "6.18", "7.3.4"})
    for (const char* line :
         {"", kBothPorts, "pci=noats", "pci=config_acs=x10x01@pci:0:0"}) {
      AcsBits open = PredictAcs(host.topology(), BootOf({kernel, line}),
                                host.At("02:00.0"))
                         .value()
                         .control;
      for (uint16_t firmware = 0; firmware < 0x80; ++firmware) {
        AcsBits bits =
            At(host, "02:00.0", {kernel, line}, firmware & 0x5f).control;
        EXPECT_EQ(open.known & ~bits.known, 0) << kernel << " " << line;
        EXPECT_EQ(open.known & (open.value ^ bits.value), 0);
      }
    }
}

TEST(AcsBoot, WithoutACapabilityThereIsNothingToSet) {
  Host host = TwoPorts();
  EXPECT_TRUE(
      PredictAcs(host.topology(), BootOf({"6.12.95", ""}), host.At("03:00.0"))
          .absent());
}

TEST(AcsBoot, ACommandLineThatIsNotKnownLeavesAllOpen) {
  Host host = TwoPorts();
  KernelBoot boot = NamedKernel(Rules(), *ParseKernelVersion("6.12.95"),
                                ReadFailure::kNotRecorded);
  EXPECT_EQ(PredictAcs(host.topology(), boot, host.At("02:00.0"))
                .value()
                .control.known,
            0);
}

// From 7.0 on a function that nothing takes is not set.
TEST(AcsBoot, AFunctionThatNothingTakesMayNotBeSet) {
  HostSnapshot snapshot = WithIommu(
      Sketch("root 0 0\ndev 0000:00:02.0 id=10b5:8747 t=4 acs=5f/5d sec=3\n"
             "dev 0000:03:00.0 id=10de:2330 t=0\n"),
      false);
  RecordAt(&snapshot, "00:02.0").driver = Absent{};
  Host host(std::move(snapshot));
  AcsAtBoot early = At(host, "00:02.0", {"6.17.0", kLonePort}, 0x1d);
  AcsAtBoot late = At(host, "00:02.0", {"7.0.0", kLonePort}, 0x1d);
  EXPECT_EQ(early.control, (AcsBits{0x11, kAcsKernelBits}));
  EXPECT_EQ(late.applied, Ternary::kUnknown);
  EXPECT_EQ(late.control, (AcsBits{0x11, kAcsKernelBits & ~0x0c}));
}

// IDT switches: 7.0 on does not count the SV that they claim.
TEST(AcsBoot, SourceValidationThatIsStruck) {
  Host host = Sketched(
      "root 0 0\ndev 0000:00:02.0 id=111d:80b5 t=4 acs=5f/1c sec=3\n"
      "dev 0000:03:00.0 id=10de:2330 t=0\n");
  EXPECT_EQ(Word(host, "00:02.0", {"6.19.0", ""}, 0), 0x1d);
  EXPECT_EQ(Word(host, "00:02.0", {"7.0.0", ""}, 0), 0x1c);
}

}  // namespace
}  // namespace p2pcheck
