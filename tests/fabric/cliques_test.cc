// SPDX-License-Identifier: GPL-2.0-or-later
#include "fabric/cliques.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace p2pcheck {
namespace {

BitSquare Graph(size_t size,
                const std::vector<std::pair<uint32_t, uint32_t>>& edges) {
  BitSquare graph(size);
  for (auto [a, b] : edges) {
    graph.Set(a, b);
    graph.Set(b, a);
  }
  return graph;
}

using Cliques = std::vector<std::vector<uint32_t>>;

bool IsClique(const BitSquare& graph, uint32_t set) {
  for (size_t i = 0; i < graph.size(); ++i)
    for (size_t j = 0; j < graph.size(); ++j)
      if (i != j && set >> i & 1 && set >> j & 1 && !graph.Get(i, j))
        return false;
  return true;
}

// Every subset is tried.
std::set<std::vector<uint32_t>> BruteForce(const BitSquare& graph) {
  std::vector<uint32_t> cliques;
  for (uint32_t set = 0; set < 1u << graph.size(); ++set)
    if (IsClique(graph, set)) cliques.push_back(set);
  std::set<std::vector<uint32_t>> found;
  for (uint32_t set : cliques) {
    bool maximal = std::none_of(
        cliques.begin(), cliques.end(),
        [&](uint32_t other) { return other != set && (other & set) == set; });
    std::vector<uint32_t> members;
    for (uint32_t i = 0; i < graph.size(); ++i)
      if (set >> i & 1) members.push_back(i);
    if (maximal && members.size() > 1) found.insert(members);
  }
  return found;
}

TEST(MaximalCliques, EqualBruteForceOnRandomGraphs) {
  std::mt19937 random(3);
  size_t sets = 0;
  for (int round = 0; round < 400; ++round) {
    size_t size = 1 + random() % 11;
    uint32_t density = 1 + random() % 9;
    BitSquare graph(size);
    for (uint32_t a = 0; a < size; ++a)
      for (uint32_t b = a; b < size; ++b)  // The diagonal does not count.
        if (random() % 10 < density) {
          graph.Set(a, b);
          graph.Set(b, a);
        }
    CliqueList list = MaximalCliques(graph, 100000);
    std::set<std::vector<uint32_t>> found(list.cliques.begin(),
                                          list.cliques.end());
    EXPECT_EQ(found.size(), list.cliques.size()) << "one came twice";
    EXPECT_EQ(found, BruteForce(graph)) << round;
    EXPECT_TRUE(list.complete);
    sets += found.size();
  }
  EXPECT_GT(sets, 1000u);
}

TEST(MaximalCliques, LargestFirst) {
  CliqueList list =
      MaximalCliques(Graph(7, {{5, 6}, {0, 1}, {0, 2}, {1, 2}, {2, 3}}), 100);
  EXPECT_EQ(list.cliques, (Cliques{{0, 1, 2}, {2, 3}, {5, 6}}));
}

TEST(MaximalCliques, NoneWithoutEdges) {
  EXPECT_TRUE(MaximalCliques(BitSquare(0), 10).cliques.empty());
  EXPECT_TRUE(MaximalCliques(BitSquare(5), 10).cliques.empty());
}

// n pairs of strangers in a crowd: 2^n cliques.
TEST(MaximalCliques, StopsAtTheBoundAndSaysSo) {
  BitSquare graph(60);
  for (uint32_t a = 0; a < 60; ++a)
    for (uint32_t b = 0; b < 60; ++b)
      if (a / 2 != b / 2) graph.Set(a, b);
  CliqueList list = MaximalCliques(graph, 50);
  EXPECT_FALSE(list.complete);
  EXPECT_EQ(list.cliques.size(), 50u);
  for (const auto& clique : list.cliques) EXPECT_EQ(clique.size(), 30u);
  BitSquare few(12);
  for (uint32_t a = 0; a < 12; ++a)
    for (uint32_t b = 0; b < 12; ++b)
      if (a / 2 != b / 2) few.Set(a, b);
  EXPECT_TRUE(MaximalCliques(few, 64).complete);
  EXPECT_FALSE(MaximalCliques(few, 63).complete);
}

TEST(BitSquare, KeepsWhatIsMutual) {
  BitSquare square(70);
  square.Set(0, 69);
  square.Set(69, 0);
  square.Set(3, 65);
  square.Set(66, 2);
  square.KeepMutual();
  EXPECT_TRUE(square.Get(0, 69) && square.Get(69, 0));
  EXPECT_FALSE(square.Get(3, 65));
  EXPECT_FALSE(square.Get(66, 2));
}

// Three blocks of thousands that share nothing fall into three classes.
TEST(MaximalCliques, ManyFunctionsOfFewClasses) {
  constexpr uint32_t kSize = 3000;
  BitSquare graph(kSize);
  for (uint32_t a = 0; a < kSize; ++a)
    for (uint32_t b = 0; b < kSize; ++b)
      if (a % 3 == b % 3 || a % 3 + b % 3 == 1) graph.Set(a, b);
  CliqueList list = MaximalCliques(graph, 10);
  ASSERT_EQ(list.cliques.size(), 2u);
  EXPECT_EQ(list.cliques[0].size(), 2000u);
  EXPECT_EQ(list.cliques[1].size(), 1000u);
}

}  // namespace
}  // namespace p2pcheck
