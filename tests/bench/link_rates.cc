// SPDX-License-Identifier: GPL-2.0-or-later
//
// What we say of links, for tests/bench/run to stand beside what others say:
// a line a link, "speed (tenths of GT/s), lanes, payload (bytes), line rate,
// payload rate (bytes a second)".
#include <cstdint>
#include <iostream>

#include "fabric/bandwidth.h"

int main() {
  for (uint16_t speed : {25, 50, 80, 160, 320, 640, 1280})
    for (uint8_t lanes : {1, 4, 8, 16})
      for (uint16_t payload : {128, 256, 512}) {
        p2pcheck::LinkTraining link{speed, lanes, speed >= 640};
        std::cout << speed << '\t' << int{lanes} << '\t' << payload << '\t'
                  << p2pcheck::LineRate(link) << '\t'
                  << p2pcheck::PayloadRate(link, payload) << '\n';
      }
}
