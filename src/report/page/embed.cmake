# SPDX-License-Identifier: GPL-2.0-or-later
# Writes OUTPUT, a C++ file that holds page.html, page.css and page.js of
# DIRECTORY as they are.
set(text "// Made by src/report/page/embed.cmake.\n")
string(APPEND text "#include \"report/page_assets.h\"\n\n")
string(APPEND text "namespace p2pcheck {\n\n")
string(APPEND text "PageAssets EmbeddedPage() {\n  return {\n")
foreach(name page.html page.css page.js)
  file(READ "${DIRECTORY}/${name}" content)
  string(FIND "${content}" ")page\"" clash)
  if(NOT clash EQUAL -1)
    message(FATAL_ERROR "${name} holds the end mark of its string literal")
  endif()
  string(APPEND text "      R\"page(${content})page\",\n")
endforeach()
string(APPEND text "  };\n}\n\n}  // namespace p2pcheck\n")
file(WRITE "${OUTPUT}" "${text}")
