// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which kernel has which feature, exporter and importer.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/input_error.h"
#include "snapshot/wanted_facts.h"
#include "support/judge.h"

namespace p2pcheck {
namespace {

// As for a kernel that the user named: "7.3", "7.0.11".
DmabufRules Named(std::string_view kernel) {
  return Rules().DmabufRulesOf(*ParseKernelVersion(kernel), true, {});
}

// As for a host of which this is known.
DmabufRules Of(const HostFacts& host) {
  return Rules().DmabufRulesOf(KernelVersionOf(host), false, host);
}

HostFacts Release(const std::string& release) {
  HostFacts host;
  host.kernel_release = release;
  return host;
}

// "y", "n" or "?".
char Letter(Ternary value) {
  return value == Ternary::kYes ? 'y' : value == Ternary::kNo ? 'n' : '?';
}

// Columns of spec/kernel-dmabuf.md 0.2, one release of each.
constexpr const char* kColumns[] = {"6.1.176", "6.12.95", "6.19",
                                    "7.0.10",  "7.0.11",  "7.1",
                                    "7.2.6",   "7.2.13",  "7.3.4"};

struct Row {
  KernelFeature feature;
  const char* has;  // a letter for each column
};

// 0.2, then the rest of 0.1.
const Row kRows[] = {
    {KernelFeature::kVfioDmabuf, "nnyyyyyyy"},
    {KernelFeature::kIommufdDmabuf, "nnyyyyyyy"},
    {KernelFeature::kVfioPinRefuses, "nnyyynnnn"},
    {KernelFeature::kMoveNotifyOption, "yyyyynnnn"},
    {KernelFeature::kRevocableAttach, "nnnnnyyyy"},
    {KernelFeature::kClaimLazy, "nnnnynnnn"},
    {KernelFeature::kClaimEager, "nnnnnyyyy"},
    {KernelFeature::kHonoursNonMappable, "nnnnnnyyy"},
    {KernelFeature::kLongMapFixed, "nnnnn?nyy"},
    {KernelFeature::kMmioMapPhys, "nnyyyyyyy"},
    {KernelFeature::kP2pdma, "yyyyyyyyy"},
    {KernelFeature::kP2pmemAllocate, "nyyyyyyyy"},
    {KernelFeature::kNonMappableFlag, "nnyyyyyyy"},
    {KernelFeature::kZoneDeviceAnyArch, "nnyyyyyyy"},
    {KernelFeature::kP2pdmaProvider, "nnyyyyyyy"},
    {KernelFeature::kIommufdMapFile, "nnyyyyyyy"},
    {KernelFeature::kRdmaCoreExport, "nn?yyyyyy"},
    {KernelFeature::kRevocablePin, "nnnnnyyyy"},
    {KernelFeature::kCleanupBeforeDisable, "nnnyyyyyy"},
    {KernelFeature::kIsmVfioDriver, "nnnnnyyyy"},
    {KernelFeature::kClaimSkipsNonMappable, "nnnnn?yyy"},
    {KernelFeature::kAmdgpuRuntimePm, "nnnnnnnyy"},
    {KernelFeature::kUntrustedMmioNotBounced, "nnnnnnnyy"},
    {KernelFeature::kMmioRangeMap, "nnnnnnnny"},
    {KernelFeature::kIommufdKeepsMmio, "nnnnnnnny"},
    {KernelFeature::kMultiRangeIovaDefect, "nnyyyyyyy"},
    {KernelFeature::kNetDevmem, "nyyyyyyyy"},
    {KernelFeature::kZcrxDmabuf, "nn?yyyyyy"},
    {KernelFeature::kNvmeMultipathP2p, "nnnnnnyyy"},
    {KernelFeature::kGpuPinsVram, "nn?yyyyyy"},
};

class VersionMatrix : public testing::TestWithParam<Row> {};

TEST_P(VersionMatrix, IsTheSpecs) {
  std::string has;
  for (const char* column : kColumns)
    has += Letter(Named(column).features.Has(GetParam().feature));
  EXPECT_EQ(has, GetParam().has);
}

INSTANTIATE_TEST_SUITE_P(V, VersionMatrix, testing::ValuesIn(kRows),
                         [](const auto& row) {
                           std::string name(
                               KernelFeatureName(row.param.feature));
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(DmabufRules, MatrixHasEveryFeature) {
  std::set<KernelFeature> rows;
  for (const Row& row : kRows) rows.insert(row.feature);
  EXPECT_EQ(rows.size(), kKernelFeatures);
}

TEST(DmabufRules, StableReleasesBetweenTheColumns) {
  auto has = [](const char* kernel, KernelFeature feature) {
    return Letter(Named(kernel).features.Has(feature));
  };
  EXPECT_EQ(has("7.0.9", KernelFeature::kCleanupBeforeDisable), 'n');
  EXPECT_EQ(has("7.2.7", KernelFeature::kLongMapFixed), 'n');
  EXPECT_EQ(has("7.2.8", KernelFeature::kLongMapFixed), 'y');
  EXPECT_EQ(has("7.2.10", KernelFeature::kUntrustedMmioNotBounced), 'n');
  EXPECT_EQ(has("7.2.11", KernelFeature::kUntrustedMmioNotBounced), 'y');
  EXPECT_EQ(has("7.3.3", KernelFeature::kIommufdKeepsMmio), 'n');
  EXPECT_EQ(has("6.18", KernelFeature::kMmioMapPhys), '?');
  EXPECT_EQ(has("6.17", KernelFeature::kMmioMapPhys), 'n');
  EXPECT_EQ(has("6.17", KernelFeature::kIommufdMapFile), 'y');
  EXPECT_EQ(has("6.14", KernelFeature::kIommufdMapFile), '?');
  EXPECT_EQ(has("6.14", KernelFeature::kNonMappableFlag), 'n');
  EXPECT_EQ(has("6.15", KernelFeature::kNonMappableFlag), 'y');
  EXPECT_EQ(has("7.4", KernelFeature::kMultiRangeIovaDefect), '?');
}

TEST(DmabufRules, HiddenThirdNumberLeavesStableFixesOpen) {
  DmabufRules rules = Named("7.2");
  EXPECT_EQ(rules.features.Has(KernelFeature::kLongMapFixed),
            Ternary::kUnknown);
  EXPECT_EQ(rules.features.Has(KernelFeature::kHonoursNonMappable),
            Ternary::kYes);
  EXPECT_EQ(Named("7.0").features.Has(KernelFeature::kClaimLazy),
            Ternary::kUnknown);
  // Ubuntu's 7.0.0-43 has a fix that no 7.0.y got.
  EXPECT_EQ(Of(Release("7.0.0-43-generic"))
                .features.Has(KernelFeature::kLongMapFixed),
            Ternary::kUnknown);
  EXPECT_EQ(Named("7.0").features.Has(KernelFeature::kLongMapFixed),
            Ternary::kNo);
}

TEST(DmabufRules, ReleaseTellsWhereItIsMainlines) {
  FeatureState state =
      Of(Release("7.3.4+deb13-amd64")).features[KernelFeature::kVfioDmabuf];
  EXPECT_EQ(state.present, Ternary::kYes);
  EXPECT_EQ(state.evidence, FeatureEvidence::kRelease);
  EXPECT_EQ(state.since, "6.19");
}

// E36, and the kernels of makers, whose number tells which p2pdma they have.
TEST(DmabufRules, VendorKernelIsUnknownUnlessShown) {
  for (const char* release :
       {"5.14.0-611.el9.x86_64", "6.8.0-1015-nvidia", "6.8.0-1009-nvidia-64k",
        "6.17.0-1007-aws", "6.14.0-1017-azure", "6.14.0-1016-gcp",
        "6.14.0-1013-oracle", "6.19.7-1-default", "6.4.0-150600.23.47-default",
        "5.15.148-tegra", "6.6.87.2-microsoft-standard-WSL2",
        "6.12.40-64.114.amzn2023.x86_64", "5.10.134-16.an8.x86_64"}) {
    DmabufRules rules = Of(Release(release));
    for (size_t i = 0; i < kKernelFeatures; ++i) {
      auto feature = static_cast<KernelFeature>(i);
      EXPECT_EQ(rules.features.Has(feature), Ternary::kUnknown)
          << release << " " << KernelFeatureName(feature);
      EXPECT_EQ(rules.features[feature].evidence, FeatureEvidence::kNone);
    }
  }
}

TEST(DmabufRules, OwnBuildsAreMainlines) {
  for (const char* release :
       {"7.3.4-oracle", "7.3.4", "7.3.4-kdb", "7.3.4+deb13-amd64",
        "7.2.12-arch1-1", "7.3.4-200.fc44.x86_64", "7.0.0-43-generic",
        "6.19.3-2-pve", "7.3.4-1.el9.elrepo.x86_64", "6.17.0-35-lowlatency"}) {
    EXPECT_FALSE(HidesFeatures(Release(release))) << release;
    EXPECT_NE(Of(Release(release)).features.Has(KernelFeature::kVfioDmabuf),
              Ternary::kUnknown)
        << release;
  }
}

HostFacts Vendor() { return Release("5.14.0-611.el9.x86_64"); }

// E35, of a vendor: its symbol shows the feature.
TEST(DmabufRules, SymbolShowsAFeature) {
  HostFacts host = Vendor();
  host.symbols = StringMap{{"vfio_pci_core_feature_dma_buf", "yes"},
                           {"dma_buf_move_notify", "yes"}};
  DmabufRules rules = Of(host);
  const FeatureState& vfio = rules.features[KernelFeature::kVfioDmabuf];
  EXPECT_EQ(vfio.present, Ternary::kYes);
  EXPECT_EQ(vfio.evidence, FeatureEvidence::kSymbols);
  EXPECT_EQ(vfio.witness, "vfio_pci_core_feature_dma_buf");
  EXPECT_EQ(rules.features.Has(KernelFeature::kP2pdmaProvider), Ternary::kYes);
  const FeatureState& revocable =
      rules.features[KernelFeature::kRevocableAttach];
  EXPECT_EQ(revocable.present, Ternary::kNo);
  EXPECT_EQ(revocable.witness, "dma_buf_move_notify");
  // No symbol tells these.
  EXPECT_EQ(rules.features.Has(KernelFeature::kHonoursNonMappable),
            Ternary::kUnknown);
  EXPECT_EQ(rules.features.Has(KernelFeature::kLongMapFixed),
            Ternary::kUnknown);
}

TEST(DmabufRules, MissingSymbolProvesNothing) {
  HostFacts host = Vendor();
  StringMap none;
  for (std::string_view name : WantedSymbols())
    none.emplace(std::string(name), "no");
  host.symbols = none;
  for (size_t i = 0; i < kKernelFeatures; ++i)
    EXPECT_EQ(Of(host).features.Has(static_cast<KernelFeature>(i)),
              Ternary::kUnknown);
}

TEST(DmabufRules, SymbolsOfBothSidesTellNothing) {
  HostFacts host = Vendor();
  host.symbols = StringMap{{"dma_buf_move_notify", "yes"},
                           {"dma_buf_invalidate_mappings", "yes"}};
  EXPECT_EQ(Of(host).features.Has(KernelFeature::kRevocableAttach),
            Ternary::kUnknown);
}

TEST(DmabufRules, OptionThatIsSetShowsAFeature) {
  HostFacts host = Vendor();
  host.config = StringMap{{"VFIO_PCI_DMABUF", "y"}, {"PCI_P2PDMA", "n"}};
  DmabufRules rules = Of(host);
  EXPECT_EQ(rules.features[KernelFeature::kVfioDmabuf].evidence,
            FeatureEvidence::kConfig);
  EXPECT_EQ(rules.features[KernelFeature::kVfioDmabuf].witness,
            "VFIO_PCI_DMABUF");
  EXPECT_EQ(rules.features.Has(KernelFeature::kP2pdma), Ternary::kUnknown);
}

// Each source says the opposite of the next: the strongest one wins.
TEST(DmabufRules, LaterSourceNeverOverridesAnEarlierOne) {
  const KernelFeature option = KernelFeature::kMoveNotifyOption;
  HostFacts host = Release("7.3.4");
  EXPECT_EQ(Of(host).features.Has(option), Ternary::kNo);
  host.config = StringMap{{"DMABUF_MOVE_NOTIFY", "y"}};
  EXPECT_EQ(Of(host).features.Has(option), Ternary::kYes);
  EXPECT_EQ(Of(host).features[option].evidence, FeatureEvidence::kConfig);
  host.symbols = StringMap{{"dma_buf_attach_revocable", "yes"}};
  EXPECT_EQ(Of(host).features.Has(option), Ternary::kNo);
  EXPECT_EQ(Of(host).features[option].evidence, FeatureEvidence::kSymbols);
  auto named = Rules().DmabufRulesOf(*ParseKernelVersion("7.0.14"), true, host);
  EXPECT_EQ(named.features.Has(option), Ternary::kYes);
  EXPECT_EQ(named.features[option].evidence, FeatureEvidence::kNamed);
}

// Taking a witness away may only open an answer, never turn it.
TEST(DmabufRules, HidingASourceNeverTurnsAVendorsFeature) {
  HostFacts full = Vendor();
  full.symbols = StringMap{{"dma_buf_attach_revocable", "yes"}};
  full.config = StringMap{{"VFIO_PCI_DMABUF", "y"}};
  DmabufRules all = Of(full);
  for (bool symbols : {false, true}) {
    HostFacts host = full;
    if (symbols)
      host.symbols = ReadFailure::kNotRecorded;
    else
      host.config = ReadFailure::kNotRecorded;
    DmabufRules less = Of(host);
    for (size_t i = 0; i < kKernelFeatures; ++i) {
      Ternary now = less.features.Has(static_cast<KernelFeature>(i));
      Ternary before = all.features.Has(static_cast<KernelFeature>(i));
      EXPECT_TRUE(now == before || now == Ternary::kUnknown);
    }
  }
}

TEST(DmabufRules, ARulesTableWithoutDmabufTellsNothing) {
  std::vector<RuleFile> files;
  for (const RuleFile& file : EmbeddedRuleFiles())
    if (file.name != "kernel_features.toml" && file.name != "importers.toml")
      files.push_back(file);
  RuleBook book = RuleBook::FromFiles(files);
  DmabufRules rules = book.DmabufRulesOf(*ParseKernelVersion("7.3"), true, {});
  EXPECT_EQ(rules.features.Has(KernelFeature::kP2pdma), Ternary::kUnknown);
  EXPECT_TRUE(rules.importers.empty());
}

const ImporterRule& Importer(const DmabufRules& rules, std::string_view id) {
  for (const ImporterRule& rule : rules.importers)
    if (rule.id == id) return rule;
  throw NotFoundError("no importer " + std::string(id));
}

// "dynamic y", as 2.1 has it.
std::string KindOf(const char* kernel, std::string_view id) {
  const ImporterRule rule = Importer(Named(kernel), id);
  return std::string(ImporterKindName(rule.kind)) + " " + Letter(rule.in_force);
}

TEST(DmabufRules, ImportersChangeTheirKind) {
  EXPECT_EQ(KindOf("6.19", "iommufd"), "dynamic y");
  EXPECT_EQ(KindOf("7.0.14", "iommufd"), "dynamic y");
  EXPECT_EQ(KindOf("7.1", "iommufd"), "pinned-revocable y");
  EXPECT_EQ(KindOf("7.0", "irdma-mr"), "pinned y");
  EXPECT_EQ(KindOf("6.12", "irdma-mr"), "pinned y");
  EXPECT_EQ(KindOf("7.3", "irdma-mr"), "pinned-revocable y");
}

TEST(DmabufRules, ImportersComeWithTheirKernels) {
  EXPECT_EQ(KindOf("6.1", "mlx5-mr"), "dynamic y");
  EXPECT_EQ(KindOf("6.1", "efa-mr"), "pinned y");
  EXPECT_EQ(KindOf("6.1", "bnxt-re-mr"), "pinned n");
  EXPECT_EQ(KindOf("6.12", "bnxt-re-mr"), "pinned y");
  EXPECT_EQ(KindOf("6.12", "mana-mr"), "pinned n");
  EXPECT_EQ(KindOf("7.0", "ionic-mr"), "pinned ?");
  EXPECT_EQ(KindOf("7.2", "ionic-mr"), "pinned y");
  EXPECT_EQ(KindOf("7.3", "rdma-cq"), "pinned y");
  EXPECT_EQ(KindOf("6.1", "net-devmem"), "static n");
  EXPECT_EQ(KindOf("6.12", "net-devmem"), "static y");
  EXPECT_EQ(KindOf("6.19", "zcrx"), "static ?");
  EXPECT_EQ(KindOf("7.3", "zcrx"), "static y");
  EXPECT_EQ(KindOf("6.12", "iommufd").back(), 'n');
  EXPECT_EQ(KindOf("7.3", "mlx5-data-direct"), "pinned y");
  EXPECT_EQ(KindOf("7.3", "mlx5-devx"), "pinned y");
  EXPECT_EQ(KindOf("7.3", "amdgpu"), "dynamic y");
  EXPECT_EQ(KindOf("7.3", "xe"), "dynamic y");
  EXPECT_EQ(KindOf("7.3", "virtio-gpu"), "dynamic y");
  for (const char* id : {"i915", "nouveau", "vb2", "qaic", "ivpu", "amdxdna",
                         "fastrpc", "iio", "f-fs", "xen-gntdev", "nvidia"})
    EXPECT_EQ(KindOf("7.3", id), "static y") << id;
}

TEST(DmabufRules, EachKindCanBeNamedForAnyKernel) {
  for (const char* kind : {"dynamic", "pinned", "pinned-revocable", "static"})
    for (const DmabufRules& rules : {Named("5.4"), Of(Vendor())}) {
      EXPECT_EQ(Importer(rules, kind).in_force, Ternary::kYes);
      EXPECT_EQ(ImporterKindName(Importer(rules, kind).kind), kind);
    }
}

TEST(DmabufRules, EveryImporterStandsOnceWhateverTheKernel) {
  for (const DmabufRules& rules :
       {Named("5.4"), Named("7.0"), Named("7.3"), Of(Vendor())}) {
    std::set<std::string> ids;
    for (const ImporterRule& rule : rules.importers)
      EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    EXPECT_EQ(ids.size(), 30u);
  }
}

// Of a vendor's kernel the features shown tell which of both it is.
TEST(DmabufRules, FeaturesTellTheKindOfAVendorsImporter) {
  HostFacts host = Vendor();
  EXPECT_EQ(Importer(Of(host), "iommufd").in_force, Ternary::kUnknown);
  host.symbols = StringMap{{"vfio_pci_dma_buf_iommufd_map", "yes"},
                           {"dma_buf_move_notify", "yes"}};
  EXPECT_EQ(Importer(Of(host), "iommufd").in_force, Ternary::kYes);
  EXPECT_EQ(Importer(Of(host), "iommufd").kind, ImporterKind::kDynamic);
  // That revocable pins are not there does not prove that irdma imports.
  EXPECT_EQ(Importer(Of(host), "irdma-mr").in_force, Ternary::kUnknown);
  EXPECT_EQ(Importer(Of(host), "irdma-mr").kind, ImporterKind::kPinned);
  host.symbols = StringMap{{"vfio_pci_dma_buf_iommufd_map", "yes"},
                           {"dma_buf_attach_revocable", "yes"}};
  EXPECT_EQ(Importer(Of(host), "iommufd").kind, ImporterKind::kPinnedRevocable);
}

TEST(DmabufRules, OneImporterIsMeantByADriver) {
  std::set<std::string> meant;
  for (const ImporterRule& rule : Named("7.3").importers) {
    EXPECT_TRUE(!rule.preferred || !rule.drivers.empty()) << rule.id;
    if (!rule.preferred) continue;
    for (const std::string& driver : rule.drivers)
      EXPECT_TRUE(meant.insert(driver).second) << driver;
  }
  for (const ImporterRule& rule : Named("7.3").importers)
    for (const std::string& driver : rule.drivers)
      EXPECT_EQ(meant.count(driver), 1u) << driver;
  EXPECT_TRUE(Importer(Named("7.3"), "mlx5-mr").preferred);
}

std::string WayOf(const DmabufRules& rules, const std::string& driver) {
  for (const ExporterRule& rule : rules.exporters)
    if (std::count(rule.drivers.begin(), rule.drivers.end(), driver) > 0)
      return std::string(ExporterWayName(rule.way));
  return "none";
}

TEST(DmabufRules, DriversExportAsTheSpecSays) {
  DmabufRules rules = Named("7.3");
  EXPECT_EQ(WayOf(rules, "vfio-pci"), "vfio");
  EXPECT_EQ(WayOf(rules, "nvgrace_gpu_vfio_pci"), "vfio-nvgrace");
  for (const char* driver :
       {"mlx5_vfio_pci", "hisi_acc_vfio_pci", "pds_vfio_pci", "virtio_vfio_pci",
        "xe-vfio-pci", "ism_vfio_pci"})
    EXPECT_EQ(WayOf(rules, driver), "vfio-no-dmabuf") << driver;
  EXPECT_EQ(WayOf(rules, "qat_vfio_pci"), "vfio-no-features");
  EXPECT_EQ(WayOf(rules, "amdgpu"), "drm-moves");
  EXPECT_EQ(WayOf(rules, "xe"), "drm-moves");
  EXPECT_EQ(WayOf(rules, "habanalabs"), "refuses-at-map");
  EXPECT_EQ(WayOf(rules, "nvidia"), "nvidia");
  EXPECT_EQ(WayOf(rules, "mlx5_core"), "rdma-core");
  for (const char* driver :
       {"i915", "nouveau", "intel_vpu", "amdxdna", "qaic", "virtio-pci"})
    EXPECT_EQ(WayOf(rules, driver), "not-bar") << driver;
  EXPECT_EQ(WayOf(rules, "nvme"), "none");
  EXPECT_EQ(WayOf(Named("6.12"), "mlx5_core"), "none");
  EXPECT_EQ(WayOf(Named("6.1"), "vfio-pci"), "vfio");
}

TEST(DmabufRules, BarsAreTheSpecs) {
  std::string bars;
  for (const ExporterRule& rule : Named("7.3").exporters)
    for (int bar : rule.bars) bars += rule.id + std::to_string(bar) + " ";
  EXPECT_EQ(bars, "amdgpu0 xe2 habanalabs4 nvidia1 rdma-core0 ");
}

TEST(DmabufRules, FunctionsOfVfioTables) {
  auto ids = [](const std::vector<FunctionIdRule>& rules) {
    std::set<uint32_t> found;
    for (const FunctionIdRule& rule : rules)
      found.insert(uint32_t{rule.vendor} << 16 | rule.device);
    return found;
  };
  EXPECT_EQ(
      ids(Named("7.3").denied),
      (std::set<uint32_t>{0x808619e2, 0x808619e3, 0x808637c8, 0x808637c9,
                          0x80860435, 0x80860443, 0x80860b25, 0x80860cfe}));
  EXPECT_EQ(ids(Named("5.7").denied), std::set<uint32_t>{});
  EXPECT_EQ(ids(Named("6.15").non_mappable), std::set<uint32_t>{0x101404ed});
  EXPECT_EQ(ids(Named("6.14").non_mappable), std::set<uint32_t>{});
  EXPECT_EQ(Named("6.15").non_mappable.front().architecture, "s390x");
  // X10's host, and Grace's port.
  EXPECT_EQ(ids(Of(Vendor()).nvidia_chipsets).count(0x1defe100), 1u);
  EXPECT_EQ(ids(Named("7.3").nvidia_chipsets).count(0x10de22b1), 1u);
  EXPECT_EQ(Named("7.3").nvidia_chipsets.size(), 20u);
}

TEST(DmabufRules, GuestsAreRefusedByKernels) {
  auto refuses = [](const char* kernel) {
    std::string all;
    for (const ConfidentialRule& rule : Named(kernel).confidential)
      all += rule.guest + " " + Letter(rule.refuses_direct) + ", ";
    return all;
  };
  EXPECT_EQ(refuses("6.17"),
            "tdx n, sev n, sev-es n, sev-snp n, cca n, s390-pv n, ppc-svm n, "
            "pkvm n, ");
  EXPECT_EQ(refuses("6.18").substr(0, 7), "tdx ?, ");
  EXPECT_EQ(refuses("7.2"),
            "tdx y, sev y, sev-es y, sev-snp y, cca y, s390-pv y, ppc-svm y, "
            "pkvm n, ");
  EXPECT_EQ(refuses("7.3"),
            "tdx y, sev y, sev-es y, sev-snp y, cca y, s390-pv y, ppc-svm y, "
            "pkvm y, ");
}

TEST(DmabufRules, GroupSafeDriversAreVfiosAndTwoMore) {
  DmabufRules rules = Named("7.3");
  std::set<std::string> safe(rules.group_safe_drivers.begin(),
                             rules.group_safe_drivers.end());
  for (const ExporterRule& rule : rules.exporters)
    for (const std::string& driver : rule.drivers)
      EXPECT_EQ(safe.count(driver) > 0,
                rule.way <= ExporterWay::kVfioNoFeatures)
          << driver;
  EXPECT_EQ(safe.count("pcieport") + safe.count("pci-stub"), 2u);
  EXPECT_EQ(safe.size(), 11u);
}

TEST(DmabufRules, NamesReadBackAndEachEntryNamesItsSource) {
  for (size_t i = 0; i < kKernelFeatures; ++i) {
    auto feature = static_cast<KernelFeature>(i);
    EXPECT_EQ(KernelFeatureFromName(KernelFeatureName(feature)), feature);
    EXPECT_FALSE(Named("7.3").features[feature].source.empty());
  }
  EXPECT_EQ(KernelFeatureFromName("vfio"), std::nullopt);
  for (const ExporterRule& rule : Named("7.3").exporters)
    EXPECT_FALSE(rule.source.empty()) << rule.id;
  for (const ImporterRule& rule : Named("7.3").importers)
    EXPECT_FALSE(rule.source.empty()) << rule.id;
}

}  // namespace
}  // namespace p2pcheck
