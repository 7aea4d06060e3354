// SPDX-License-Identifier: GPL-2.0-or-later
//
//   random_recording SEED > FILE.recording
//
// The recording of RandomSnapshot(SEED), a host that no machine is.
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>

#include "snapshot/recording.h"
#include "support/random_snapshot.h"

int main(int argc, char** argv) try {
  if (argc != 2) throw std::runtime_error("one seed is needed");
  auto seed = static_cast<uint32_t>(std::strtoul(argv[1], nullptr, 10));
  p2pcheck::WriteRecording(p2pcheck::RandomSnapshot(seed), std::cout);
  return std::cout.flush() ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "random_recording: " << error.what() << "\n";
  return 1;
}
