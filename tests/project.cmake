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
