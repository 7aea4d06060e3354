// SPDX-License-Identifier: GPL-2.0-or-later
//
// The old way (spec/kernel-dmabuf.md 6): what may be mmap'ed, type1 maps.
#include <gtest/gtest.h>

#include "support/import_case.h"
#include "support/judge.h"

namespace p2pcheck {
namespace {

StepVerdict Type1(const ImportCase& made) {
  return made.With([](const DmabufContext& context, const PairQuestion& asked) {
    return JudgeType1(context, asked.exporter, asked.bar);
  });
}

TEST(Type1, WorksOnEveryKernelAndWarns) {
  for (const char* kernel : {"6.1", "6.12", "7.0", "7.3"})
    EXPECT_EQ(Summary(Type1(ImportCase(kernel))), "yes: type1-legacy")
        << kernel;
}

TEST(Type1, NeedsTheContainerAndItsArchitecture) {
  EXPECT_EQ(Summary(Type1(ImportCase("7.3").Config("VFIO_CONTAINER", "n"))),
            "no: option-missing");
  EXPECT_EQ(Summary(Type1(ImportCase("7.3").Architecture("ppc64le"))),
            "no: no-type1");
  ImportCase open("7.3");
  open.named = false;
  open.config.erase("VFIO_CONTAINER");
  EXPECT_EQ(Type1(open).answer(), Ternary::kUnknown);
}

TEST(Type1, TakesWhatMmapTakes) {
  ImportCase made("7.3");
  made.question.bar.kind = BarKind::kIo;
  StepVerdict io = Type1(made);
  EXPECT_EQ(io.answer(), Ternary::kNo);
  EXPECT_FALSE(io.Has(DmabufRule::kType1Legacy));
}

}  // namespace
}  // namespace p2pcheck
