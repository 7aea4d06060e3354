// SPDX-License-Identifier: GPL-2.0-or-later
//
// Maximal cliques by Bron and Kerbosch with Tomita's pivot, on classes.
//
// Functions that reach each other and the same others are one vertex: on a
// real host all functions below a port, or of all trusted host bridges, fall
// together, and a graph of 13,000 becomes one of a few classes.
//
//     A1 A2 A3 - B1 B2 - C1        classes {A1 A2 A3} - {B1 B2} - {C1}
//                                  cliques {A, B} and {B, C}
//
// Then: R is the clique so far, P what can be added, X what was already tried
// with R.  Of P only what the pivot (the vertex of P and X with most neighbours
// in P) does not reach has to be tried.  Where P and X are empty, R is maximal.
// The stack is our own, since a clique may have as many classes as there are.
//
// There can be 3^(n/3) maximal cliques, so the caller bounds their number.
// Costs the square of the vertices in bits for the classes, and of the number
// of classes in bits for each step of the search.
#include "fabric/cliques.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace p2pcheck {
namespace {

using Bits = std::vector<uint64_t>;

int Lowest(uint64_t word) { return __builtin_ctzll(word); }

template <class Visit>
void ForEachBit(const uint64_t* bits, size_t words, Visit&& visit) {
  for (size_t w = 0; w < words; ++w)
    for (uint64_t left = bits[w]; left != 0; left &= left - 1)
      visit(static_cast<uint32_t>(w * 64) +
            static_cast<uint32_t>(Lowest(left)));
}

bool Empty(const Bits& bits) {
  return std::all_of(bits.begin(), bits.end(),
                     [](uint64_t word) { return word == 0; });
}

Bits And(const Bits& a, const uint64_t* b) {
  Bits out(a.size());
  for (size_t w = 0; w < a.size(); ++w) out[w] = a[w] & b[w];
  return out;
}

size_t CountAnd(const Bits& a, const uint64_t* b) {
  size_t count = 0;
  for (size_t w = 0; w < a.size(); ++w)
    count += static_cast<size_t>(__builtin_popcountll(a[w] & b[w]));
  return count;
}

// Vertices with the same closed neighbourhood, ascending; those that reach
// nobody are left out.
std::vector<std::vector<uint32_t>> TwinClasses(const BitSquare& mutual) {
  BitSquare closed = mutual;
  std::map<std::string_view, size_t> class_of_row;
  std::vector<std::vector<uint32_t>> classes;
  for (uint32_t i = 0; i < closed.size(); ++i) {
    closed.row(i)[i / 64] &= ~(uint64_t{1} << i % 64);
    const uint64_t* row = closed.row(i);
    if (std::all_of(row, row + closed.words(),
                    [](uint64_t word) { return word == 0; }))
      continue;
    closed.Set(i, i);
    std::string_view key(reinterpret_cast<const char*>(row),
                         closed.words() * sizeof(uint64_t));
    auto [slot, fresh] = class_of_row.try_emplace(key, classes.size());
    if (fresh) classes.emplace_back();
    classes[slot->second].push_back(i);
  }
  return classes;
}

BitSquare ClassGraph(const BitSquare& mutual,
                     const std::vector<std::vector<uint32_t>>& classes) {
  BitSquare graph(classes.size());
  for (size_t a = 0; a < classes.size(); ++a)
    for (size_t b = 0; b < classes.size(); ++b)
      if (a != b && mutual.Get(classes[a][0], classes[b][0])) graph.Set(a, b);
  return graph;
}

class Search {
 public:
  Search(const BitSquare& graph, size_t most) : graph_(graph), most_(most) {}

  // Cliques of the graph, each as its vertices.  False: there are more.
  bool Run(std::vector<std::vector<uint32_t>>* found) {
    Bits all(graph_.words());
    for (size_t i = 0; i < graph_.size(); ++i)
      all[i / 64] |= uint64_t{1} << i % 64;
    if (graph_.size() > 0) Open(std::move(all), Bits(graph_.words()));
    while (!frames_.empty())
      if (!Step(found)) return false;
    return true;
  }

 private:
  struct Frame {
    Bits candidates, tried;
    std::vector<uint32_t> branches;  // Taken from the back.
  };

  void Open(Bits candidates, Bits tried) {
    Frame frame;
    const uint64_t* pivot = graph_.row(Pivot(candidates, tried));
    ForEachBit(candidates.data(), candidates.size(), [&](uint32_t v) {
      if (!(pivot[v / 64] >> v % 64 & 1)) frame.branches.push_back(v);
    });
    std::reverse(frame.branches.begin(), frame.branches.end());
    frame.candidates = std::move(candidates);
    frame.tried = std::move(tried);
    frames_.push_back(std::move(frame));
  }

  // There is a candidate.
  uint32_t Pivot(const Bits& candidates, const Bits& tried) const {
    uint32_t best = 0;
    size_t most = 0;
    bool any = false;
    auto weigh = [&](uint32_t v) {
      size_t reach = CountAnd(candidates, graph_.row(v));
      if (any && reach <= most) return;
      any = true;
      best = v;
      most = reach;
    };
    ForEachBit(candidates.data(), candidates.size(), weigh);
    ForEachBit(tried.data(), tried.size(), weigh);
    return best;
  }

  // One branch of the frame on top, or its end.
  bool Step(std::vector<std::vector<uint32_t>>* found) {
    Frame& frame = frames_.back();
    if (frame.branches.empty()) {
      frames_.pop_back();
      if (!frames_.empty()) Close();
      return true;
    }
    uint32_t v = frame.branches.back();
    clique_.push_back(v);
    Bits candidates = And(frame.candidates, graph_.row(v));
    Bits tried = And(frame.tried, graph_.row(v));
    if (!Empty(candidates)) {
      Open(std::move(candidates), std::move(tried));
      return true;
    }
    if (Empty(tried)) {
      if (found->size() == most_) return false;
      found->push_back(clique_);
    }
    Close();
    return true;
  }

  // The branch at the back of the frame on top was followed to its end.
  void Close() {
    Frame& frame = frames_.back();
    uint32_t v = frame.branches.back();
    frame.branches.pop_back();
    frame.candidates[v / 64] &= ~(uint64_t{1} << v % 64);
    frame.tried[v / 64] |= uint64_t{1} << v % 64;
    clique_.pop_back();
  }

  const BitSquare& graph_;
  size_t most_;
  std::vector<uint32_t> clique_;
  std::vector<Frame> frames_;
};

std::vector<uint32_t> Members(
    const std::vector<uint32_t>& clique,
    const std::vector<std::vector<uint32_t>>& classes) {
  std::vector<uint32_t> members;
  for (uint32_t c : clique)
    members.insert(members.end(), classes[c].begin(), classes[c].end());
  std::sort(members.begin(), members.end());
  return members;
}

}  // namespace

void BitSquare::KeepMutual() {
  for (size_t i = 0; i < size_; ++i)
    for (size_t w = 0; w < words_; ++w)
      for (uint64_t left = row(i)[w]; left != 0; left &= left - 1) {
        size_t j = w * 64 + static_cast<size_t>(Lowest(left));
        if (!Get(j, i)) row(i)[w] &= ~(left & -left);
      }
}

CliqueList MaximalCliques(const BitSquare& mutual, size_t most) {
  std::vector<std::vector<uint32_t>> classes = TwinClasses(mutual);
  BitSquare graph = ClassGraph(mutual, classes);
  std::vector<std::vector<uint32_t>> found;
  CliqueList list;
  list.complete = Search(graph, most).Run(&found);
  for (const auto& clique : found)
    list.cliques.push_back(Members(clique, classes));
  std::sort(list.cliques.begin(), list.cliques.end(),
            [](const auto& a, const auto& b) {
              return a.size() != b.size() ? a.size() > b.size() : a < b;
            });
  return list;
}

}  // namespace p2pcheck
