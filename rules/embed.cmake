# SPDX-License-Identifier: GPL-2.0-or-later
# Writes OUTPUT, a C++ file that holds the rule files FILES as they are:
#   cmake -DOUTPUT=embedded_rules.cc "-DFILES=a.toml;b.toml" -P embed.cmake
set(text "// Made by rules/embed.cmake from rules/*.toml.\n")
string(APPEND text "#include \"rules/rule_files.h\"\n\n")
string(APPEND text "namespace p2pcheck {\n\n")
string(APPEND text "std::vector<RuleFile> EmbeddedRuleFiles() {\n  return {\n")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" content)
  string(FIND "${content}" ")rules\"" clash)
  if(NOT clash EQUAL -1)
    message(FATAL_ERROR "${file} holds the end mark of its string literal")
  endif()
  string(APPEND text "      {\"${name}\", R\"rules(${content})rules\"},\n")
endforeach()
string(APPEND text "  };\n}\n\n}  // namespace p2pcheck\n")
file(WRITE "${OUTPUT}" "${text}")
