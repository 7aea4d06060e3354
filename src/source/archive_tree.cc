// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/archive_tree.h"

#include <fmt/format.h>

#include "base/input_error.h"
#include "source/archive_limits.h"
#include "source/wanted_members.h"

namespace p2pcheck {
namespace {

using Member = Archive::Member;
using Kind = Archive::Member::Kind;
using Outcome = MemoryTree::Outcome;

class TreeBuilder {
 public:
  TreeBuilder(Archive* archive, MemoryTree* tree)
      : archive_(archive), tree_(tree) {}

  void Add(const Member& member) {
    member_ = &member;
    // No path of ours has characters that need a locale.
    if (!member.has_path) return;
    std::string_view wrong;
    std::string path = NormalPath(member.path, &wrong);
    if (!wrong.empty()) Refuse(wrong);
    Wanted wanted = path.empty() ? Wanted::kNo : WantedOf(path);
    if (wanted != Wanted::kNo) Check(Put(path, wanted));
  }

 private:
  Outcome Put(const std::string& path, Wanted wanted) {
    Keep(path.size() + member_->target.size());
    switch (member_->kind) {
      case Kind::kDirectory: return tree_->AddDirectory(path);
      case Kind::kLink: return PutLink(path);
      case Kind::kHardLink: return PutHardLink(path);
      case Kind::kFile: return PutFile(path, wanted);
      case Kind::kOther: break;
    }
    // Only that it is there is asked of these.
    if (wanted == Wanted::kName) return tree_->AddUnreadFile(path);
    Refuse("it is a device, a FIFO or a socket");
  }

  Outcome PutLink(const std::string& path) {
    if (LeadsOut(path, member_->target))
      Refuse("it is a link that leads out of the archive");
    return tree_->AddLink(path, member_->target);
  }

  Outcome PutHardLink(const std::string& path) {
    std::string_view wrong;
    std::string target = NormalPath(member_->target, &wrong);
    if (!wrong.empty()) Refuse("it is a hard link that leads out");
    const std::string* contents = tree_->FindFile(target);
    if (contents == nullptr)
      Refuse("it is a hard link to what is not there before it");
    Keep(contents->size());
    return tree_->AddFile(path, *contents);
  }

  Outcome PutFile(const std::string& path, Wanted wanted) {
    bool read =
        wanted == Wanted::kWhole ||
        (wanted == Wanted::kSmall && member_->size <= kLargestAttribute);
    if (!read) return tree_->AddUnreadFile(path);
    if (member_->size > kLargestMember)
      Refuse(fmt::format("it is larger than {} MiB", kLargestMember >> 20));
    Keep(member_->size);
    return tree_->AddFile(path, archive_->Contents(member_->size));
  }

  void Keep(uint64_t size) {
    kept_ += size;
    if (kept_ > kMostKept)
      Refuse(fmt::format("with it more than {} MiB would have to be kept",
                         kMostKept >> 20));
  }

  void Check(Outcome outcome) const {
    if (outcome == Outcome::kThereOtherwise)
      Refuse("it is there twice, and the two differ");
    if (outcome == Outcome::kBelowNoDirectory)
      Refuse("it is below what is no directory");
  }

  [[noreturn]] void Refuse(std::string_view why) const {
    std::string name;
    for (char c : std::string_view(member_->path).substr(0, 120))
      name += c >= ' ' && c < 127 ? c : '?';
    throw InputError(archive_->name(),
                     fmt::format("member \"{}\" is refused: {}", name, why));
  }

  Archive* archive_;
  MemoryTree* tree_;
  const Member* member_ = nullptr;
  uint64_t kept_ = 0;
};

}  // namespace

void ReadArchiveTree(Archive* archive, const Member& first, MemoryTree* tree) {
  TreeBuilder builder(archive, tree);
  Member member = first;
  do {
    builder.Add(member);
  } while (archive->Next(&member));
}

}  // namespace p2pcheck
