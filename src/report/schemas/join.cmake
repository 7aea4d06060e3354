# SPDX-License-Identifier: GPL-2.0-or-later
# Makes each schema NAME.json whole, by adding the definitions of common.json
# that it needs, and writes DIRECTORY/NAME.json and a C++ file with all of them:
#   cmake -DDIRECTORY=schemas -DOUTPUT=embedded_schemas.cc
#         "-DFILES=common.json;pair.json;..." -P join.cmake
#
# The files are joined as text, so that they stay as they were written.  Hence
# their layout matters in two places: a definition begins with four blanks and
# its name and ends with a brace after four blanks; a schema ends with a brace
# in column one.
cmake_minimum_required(VERSION 3.25)

# Sets `out` to the text of a definition, "name": { ... }.
function(find_definition name out)
  string(FIND "${common}" "\n    \"${name}\": {" begin)
  if(begin EQUAL -1)
    message(FATAL_ERROR "common.json does not define ${name}")
  endif()
  math(EXPR begin "${begin} + 1")
  string(SUBSTRING "${common}" ${begin} -1 text)
  string(FIND "${text}" "\n    }" end)
  string(FIND "${text}" "\n" line_end)
  string(SUBSTRING "${text}" 0 ${line_end} line)
  if(line MATCHES "},?$")  # all on one line
    string(REGEX REPLACE ",$" "" text "${line}")
  else()
    math(EXPR end "${end} + 6")
    string(SUBSTRING "${text}" 0 ${end} text)
  endif()
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

# Sets `out` to the definitions that `text` refers to, and those they refer to.
function(definitions_of text out)
  set(done "")
  set(all "")
  string(REGEX MATCHALL "#/\\$defs/[a-z_]+" open "${text}")
  while(open)
    list(POP_FRONT open reference)
    string(REPLACE "#/$defs/" "" name "${reference}")
    if(name IN_LIST done)
      continue()
    endif()
    list(APPEND done ${name})
    find_definition(${name} definition)
    string(REGEX MATCHALL "#/\\$defs/[a-z_]+" more "${definition}")
    list(APPEND open ${more})
  endwhile()
  list(SORT done)
  foreach(name IN LISTS done)
    find_definition(${name} definition)
    if(NOT all STREQUAL "")
      string(APPEND all ",\n")
    endif()
    string(APPEND all "${definition}")
  endforeach()
  set(${out} "${all}" PARENT_SCOPE)
endfunction()

foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME_WE)
  if(name STREQUAL "common")
    file(READ "${file}" common)
  endif()
endforeach()

set(code "// Made by src/report/schemas/join.cmake from the schemas beside it.\n")
string(APPEND code "#include \"report/json_schemas.h\"\n\n"
       "namespace p2pcheck {\n\n"
       "const std::vector<JsonSchema>& JsonSchemas() {\n"
       "  static const std::vector<JsonSchema> kSchemas = {\n")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME_WE)
  if(name STREQUAL "common")
    continue()
  endif()
  file(READ "${file}" text)
  definitions_of("${text}" definitions)
  string(REGEX REPLACE "\n}\n$"
         ",\n  \"\$defs\": {\n" head "${text}")
  set(text "${head}${definitions}\n  }\n}\n")
  string(JSON id ERROR_VARIABLE wrong GET "${text}" properties schema const)
  if(wrong)
    message(FATAL_ERROR "${file}: ${wrong}")
  endif()
  string(JSON command GET "${text}" title)
  string(JSON about GET "${text}" description)
  file(WRITE "${DIRECTORY}/${name}.json" "${text}")
  string(APPEND code "      {\"${name}\", \"${id}\", R\"schema(${command})schema\",\n"
         "       R\"schema(${about})schema\",\n"
         "       R\"schema(${text})schema\"},\n")
endforeach()
string(APPEND code "  };\n  return kSchemas;\n}\n\n}  // namespace p2pcheck\n")
file(WRITE "${OUTPUT}" "${code}")
