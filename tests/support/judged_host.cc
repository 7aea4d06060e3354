// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/judged_host.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "snapshot/recording.h"

namespace p2pcheck {

JudgedHost::JudgedHost(HostSnapshot snapshot)
    : host_(std::move(snapshot)),
      judgement_(host_.snapshot(), host_.topology(), Rules()) {
  judgement_.question = QuestionOf(host_.snapshot());
  judgement_.kernel = KernelVersionOf(host_.snapshot().host);
  judgement_.cpu = host_.cpu();
  const HostFacts& facts = host_.snapshot().host;
  judgement_.dmabuf = Rules().DmabufRulesOf(judgement_.kernel, false, facts);
  if (facts.config.known()) judgement_.kernel_config = &facts.config.value();
  for (const FunctionRecord& record : host_.snapshot().functions)
    judgement_.kinds.push_back(KindOf(Rules().kinds(), record));
}

std::vector<FunctionIndex> JudgedHost::Endpoints() const {
  std::vector<FunctionIndex> found;
  for (FunctionIndex i = 0; i < judgement_.kinds.size(); ++i)
    if (judgement_.kinds[i] != DeviceKind::kBridge) found.push_back(i);
  return found;
}

std::vector<FunctionIndex> JudgedHost::OfKind(DeviceKind kind) const {
  std::vector<FunctionIndex> found;
  for (FunctionIndex i = 0; i < judgement_.kinds.size(); ++i)
    if (judgement_.kinds[i] == kind) found.push_back(i);
  return found;
}

HostSnapshot Fixture(const std::string& name) {
  std::string path = P2PCHECK_SOURCE_DIR "/fixtures/" + name;
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  return ReadRecording(text, name);
}

}  // namespace p2pcheck
