// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_MEMORY_TREE_H_
#define P2PCHECK_SOURCE_MEMORY_TREE_H_

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "source/file_system.h"

namespace p2pcheck {

/// A tree of directories, files and links held in memory, read through the
/// calls by which a host is read.  Nothing of it ever reaches a disk, and no
/// name in it leads out of it: ".." of the top is the top, and a link is
/// followed within the tree.
///
/// Building is for one thread; reading for several.
class MemoryTree : public FileSystem {
 public:
  MemoryTree();
  ~MemoryTree() override;

  enum class Outcome : uint8_t {
    kAdded,
    kThereAlready,      ///< with the same kind and content
    kThereOtherwise,    ///< the tree keeps what it had
    kBelowNoDirectory,  ///< a part of the path is a file or a link
  };
  // Paths are relative to the top, without "." and "..", and the directories
  // on the way are made.
  Outcome AddDirectory(std::string_view path);
  Outcome AddFile(std::string_view path, std::string contents);
  Outcome AddLink(std::string_view path, std::string_view target);
  /// A name of which nobody needs the contents; reading them fails.
  Outcome AddUnreadFile(std::string_view path);

  /// The contents of a file at just this path; null where there is none.
  const std::string* FindFile(std::string_view path) const;
  /// The directories in a directory, links left out, sorted.
  std::vector<std::string> DirectoriesIn(const std::string& path) const;

  // FileSystem
  int Open(int directory, const char* path, int flags) override;
  ssize_t Read(int file, void* buffer, size_t size) override;
  ssize_t ReadAt(int file, void* buffer, size_t size, off_t offset) override;
  ssize_t ReadLink(int directory, const char* path, char* buffer,
                   size_t size) override;
  int64_t Size(int file) override;
  int64_t SizeOf(int directory, const char* path) override;
  int List(int directory, const char* path,
           std::vector<std::string>* names) override;
  void Close(int file) override;

 private:
  enum class Kind : uint8_t { kDirectory, kFile, kUnreadFile, kLink };
  struct Node {
    Kind kind = Kind::kDirectory;
    Node* parent = nullptr;
    std::string text;  // of a file its contents, of a link its target
    std::map<std::string, std::unique_ptr<Node>, std::less<>> below;
  };
  // What a name leads to, or a negative errno.
  struct Found {
    const Node* node = nullptr;
    int error = 0;
  };
  struct Handle {
    const Node* node;
    size_t offset;
  };

  Outcome Add(std::string_view path, Kind kind, std::string text);
  Found Walk(const Node* from, std::string_view path, bool follow_last,
             int* links_left) const;
  Found Find(int directory, const char* path, bool follow_last) const;
  const Node* NodeOf(int file) const;
  int NewHandle(const Node* node);

  std::unique_ptr<Node> top_;
  mutable std::mutex mutex_;
  std::vector<Handle> handles_;  // guarded by mutex_, as is free_
  std::vector<int> free_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_MEMORY_TREE_H_
