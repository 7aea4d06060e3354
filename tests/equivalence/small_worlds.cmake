# SPDX-License-Identifier: GPL-2.0-or-later
# Every small world of the fabric core.  Fifteen million pairs: where all else
# is built with sanitizers, what it needs is built once more without.
file(GLOB P2PCHECK_PLAIN_SOURCES CONFIGURE_DEPENDS
     ${PROJECT_SOURCE_DIR}/src/base/*.cc ${PROJECT_SOURCE_DIR}/src/pci/*.cc
     ${PROJECT_SOURCE_DIR}/src/topology/*.cc
     ${PROJECT_SOURCE_DIR}/src/fabric/*.cc)
foreach(source snapshot/host_snapshot rules/cpu rules/host_bridge_table
        rules/map_type rules/device_kind verdict/acs_redirect verdict/decide
        verdict/divergence verdict/host_bridge verdict/path)
  list(APPEND P2PCHECK_PLAIN_SOURCES ${PROJECT_SOURCE_DIR}/src/${source}.cc)
endforeach()

add_executable(
  fabric_small_worlds
  ${CMAKE_CURRENT_SOURCE_DIR}/equivalence/fabric_small_worlds.cc
  ${CMAKE_CURRENT_SOURCE_DIR}/support/fabric_comparison.cc
  ${CMAKE_CURRENT_SOURCE_DIR}/support/sketch.cc
  ${CMAKE_CURRENT_SOURCE_DIR}/support/small_world.cc)
target_compile_definitions(
  fabric_small_worlds PRIVATE P2PCHECK_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_include_directories(fabric_small_worlds
                           PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(fabric_small_worlds PRIVATE GTest::gtest_main fmt::fmt)
if(P2PCHECK_SANITIZE)
  target_sources(fabric_small_worlds PRIVATE ${P2PCHECK_PLAIN_SOURCES})
  target_include_directories(fabric_small_worlds
                             PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_compile_options(fabric_small_worlds
                         PRIVATE -fno-sanitize=all -O2)
  target_link_options(fabric_small_worlds PRIVATE -fno-sanitize=all)
else()
  target_link_libraries(fabric_small_worlds PRIVATE p2pcheck_core)
endif()
gtest_discover_tests(fabric_small_worlds DISCOVERY_MODE PRE_TEST
                     PROPERTIES TIMEOUT 600)
