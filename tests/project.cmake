# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of the checkout and of the program from outside, in python.  A test
# whose tool is not installed exits with 77 and is shown as skipped.
function(p2pcheck_python_test name script)
  add_test(NAME ${name}
           COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/${script}
                   ${ARGN})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77)
endfunction()

p2pcheck_python_test(layers layers_test.py ${PROJECT_SOURCE_DIR})

# The made-up host of fixtures/examples is what its sketch says.
add_executable(sketch_to_recording tools/sketch_to_recording.cc)
target_link_libraries(sketch_to_recording PRIVATE p2pcheck_test_support)
p2pcheck_python_test(example_recording example_test.py
                     $<TARGET_FILE:sketch_to_recording> $<TARGET_FILE:p2pcheck>
                     ${PROJECT_SOURCE_DIR}/fixtures/examples)

p2pcheck_python_test(man man_test.py $<TARGET_FILE:p2pcheck>
                     ${PROJECT_SOURCE_DIR}/man/p2pcheck.8
                     ${PROJECT_SOURCE_DIR}/cli/exit_status.h)

p2pcheck_python_test(man_examples man_examples_test.py $<TARGET_FILE:p2pcheck>
                     ${PROJECT_SOURCE_DIR})

p2pcheck_python_test(cli cli_test.py $<TARGET_FILE:p2pcheck>
                     ${PROJECT_SOURCE_DIR})

# Hotplug, as umockdev makes it.
p2pcheck_python_test(watch watch/watch_test.py $<TARGET_FILE:p2pcheck>)

# check --format, held to the rules of who reads it.
p2pcheck_python_test(check_formats formats/check_formats_test.py
                     $<TARGET_FILE:p2pcheck> ${PROJECT_SOURCE_DIR})
p2pcheck_python_test(sarif formats/sarif_test.py $<TARGET_FILE:p2pcheck>
                     ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})

p2pcheck_python_test(policy policy_test.py $<TARGET_FILE:p2pcheck>
                     ${PROJECT_SOURCE_DIR})

p2pcheck_python_test(terminal terminal_test.py $<TARGET_FILE:p2pcheck>
                     ${PROJECT_SOURCE_DIR})

p2pcheck_python_test(nccl_topology nccl_test.py $<TARGET_FILE:p2pcheck>
                     ${PROJECT_SOURCE_DIR}
                     ${PROJECT_SOURCE_DIR}/../shared/data/nccl-topo)
p2pcheck_python_test(golden golden_test.py $<TARGET_FILE:p2pcheck>
                     ${PROJECT_SOURCE_DIR})
p2pcheck_python_test(seeds seeds_test.py $<TARGET_FILE:p2pcheck>
                     ${PROJECT_SOURCE_DIR})

p2pcheck_python_test(install install_test.py ${CMAKE_COMMAND}
                     ${PROJECT_BINARY_DIR} ${PROJECT_SOURCE_DIR})
p2pcheck_python_test(readme readme_test.py $<TARGET_FILE:p2pcheck>
                     ${PROJECT_SOURCE_DIR})
p2pcheck_python_test(reuse reuse_test.py ${PROJECT_SOURCE_DIR})
p2pcheck_python_test(clang_syntax clang_test.py syntax ${PROJECT_BINARY_DIR}
                     ${PROJECT_SOURCE_DIR})
set_tests_properties(clang_syntax PROPERTIES TIMEOUT 1500 PROCESSORS 2)
p2pcheck_python_test(clang_format clang_test.py format ${PROJECT_SOURCE_DIR})

# What lspci's words alone tell: against every text people recorded, and
# against what the recordings of fixtures/hosts know.
p2pcheck_python_test(lspci_text.survey data/survey.py $<TARGET_FILE:p2pcheck>
                     ${PROJECT_SOURCE_DIR}/../shared/data)
# Tars, packed by other tools, from files and standard input.
p2pcheck_python_test(archives archives_test.py $<TARGET_FILE:p2pcheck>)

p2pcheck_python_test(understood data/understood.py $<TARGET_FILE:p2pcheck>
                     ${PROJECT_SOURCE_DIR}/../shared/data)
set_tests_properties(understood PROPERTIES TIMEOUT 1500)
p2pcheck_python_test(lspci_text.recordings data/text_against_recording.py
                     $<TARGET_FILE:p2pcheck> ${PROJECT_SOURCE_DIR}/fixtures/hosts)

p2pcheck_python_test(completion completion_test.py $<TARGET_FILE:p2pcheck>
                     ${PROJECT_SOURCE_DIR})
set_tests_properties(completion PROPERTIES TIMEOUT 600)

# Every JSON output against its schema; the whole of it: --all.
foreach(tool probe_document random_recording)
  add_executable(${tool} tools/${tool}.cc)
  target_link_libraries(${tool} PRIVATE p2pcheck_test_support)
endforeach()
get_target_property(schemas p2pcheck_schemas P2PCHECK_DIRECTORY)
p2pcheck_python_test(schemas schemas/schemas_test.py $<TARGET_FILE:p2pcheck>
                     $<TARGET_FILE:sketch_to_recording>
                     $<TARGET_FILE:random_recording>
                     $<TARGET_FILE:probe_document> ${PROJECT_SOURCE_DIR}
                     ${schemas} ${PROJECT_BINARY_DIR}/tests/schemas)
set_tests_properties(schemas PROPERTIES TIMEOUT 600 PROCESSORS 2)
add_custom_target(schemas_all
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/schemas/schemas_test.py
          $<TARGET_FILE:p2pcheck> $<TARGET_FILE:sketch_to_recording>
          $<TARGET_FILE:random_recording> $<TARGET_FILE:probe_document>
          ${PROJECT_SOURCE_DIR} ${schemas} ${PROJECT_BINARY_DIR}/tests/schemas
          --all
  USES_TERMINAL VERBATIM)

# The page of report --html, in a real browser.
p2pcheck_python_test(html_page html/page_test.py $<TARGET_FILE:p2pcheck>
                     $<TARGET_FILE:sketch_to_recording> ${PROJECT_SOURCE_DIR}
                     ${PROJECT_BINARY_DIR}/tests/html)
set_tests_properties(html_page PROPERTIES TIMEOUT 900 PROCESSORS 2)

p2pcheck_python_test(bad_sysfs bad_sysfs_test.py $<TARGET_FILE:p2pcheck>
                     ${PROJECT_SOURCE_DIR}/fixtures/bad/sysfs)

# Groups recomputed from what people mailed, against their own lists.
p2pcheck_python_test(lspci_text.groups data/groups_agreement.py
                     $<TARGET_FILE:p2pcheck>
                     ${PROJECT_SOURCE_DIR}/../shared/data)

# BARs, region by region as lspci -vv has them.
add_executable(print_bars tools/print_bars.cc)
target_link_libraries(print_bars PRIVATE p2pcheck_core)
p2pcheck_python_test(bars_against_lspci data/bars_against_lspci.py
                     $<TARGET_FILE:print_bars> ${PROJECT_SOURCE_DIR}/fixtures/hosts
                     ${PROJECT_SOURCE_DIR}/../shared)

# --cross-check, also of a program whose fabric core has one rule wrong: its
# own outcome.cc is found before the library's.
add_executable(p2pcheck_planted $<TARGET_OBJECTS:p2pcheck>
                                ${CMAKE_CURRENT_SOURCE_DIR}/planted/outcome.cc)
target_link_libraries(p2pcheck_planted PRIVATE p2pcheck_core)
p2pcheck_python_test(cross_check cross_check_test.py $<TARGET_FILE:p2pcheck>
                     $<TARGET_FILE:p2pcheck_planted> ${PROJECT_SOURCE_DIR})

# What packages are made of: quick looks.  packaging/build-deb, test-deb,
# build-rpm and test-service take minutes.
p2pcheck_python_test(packaging.units packaging/units_test.py
                     $<TARGET_FILE:p2pcheck> ${PROJECT_SOURCE_DIR})
p2pcheck_python_test(packaging.names packaging/names_test.py
                     ${PROJECT_SOURCE_DIR})
p2pcheck_python_test(packaging.sbom packaging/sbom_test.py
                     $<TARGET_FILE:p2pcheck> ${PROJECT_SOURCE_DIR}
                     ${CMAKE_CXX_COMPILER})
