// SPDX-License-Identifier: GPL-2.0-or-later
//
//   sketch_to_recording FILE.sketch > FILE.recording
//
// Makes the recording of a made-up host.  The comment says so to whoever opens
// the file; readers skip it, lspci's too.
#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "snapshot/recording.h"
#include "support/sketch.h"

namespace p2pcheck {
namespace {

constexpr const char* kComment =
    "# A made-up host, not a real one: made of the sketch of the same name.\n";

std::string TextOf(const char* path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error(std::string(path) + ": cannot be read");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void Convert(const char* path, std::ostream& out) {
  std::ostringstream recording;
  WriteRecording(Sketch(TextOf(path)), recording);
  std::string text = recording.str();
  // The first line tells what the file is, so it stays first.
  out << text.insert(text.find('\n') + 1, kComment);
}

}  // namespace
}  // namespace p2pcheck

int main(int argc, char** argv) try {
  if (argc != 2) throw std::runtime_error("one sketch is needed");
  p2pcheck::Convert(argv[1], std::cout);
  return std::cout.flush() ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "sketch_to_recording: " << error.what() << "\n";
  return 1;
}
