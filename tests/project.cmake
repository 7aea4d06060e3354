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
