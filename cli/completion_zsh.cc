// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "cli/completion.h"

namespace p2pcheck {
namespace {

constexpr const char* kHead =
    R"script(#compdef p2pcheck
# Completion for zsh, made by: p2pcheck completion zsh
# Called with what compadd is to be told, and the list.
_p2pcheck_ask() {
  local -a lines shown
  local -i i
  for (( i = 1; i < CURRENT; ++i )); do
    [[ $words[i] == --from ]] && from=(--from ${(Q)words[i+1]})
    [[ $words[i] == --from=* ]] && from=(--from ${(Q)words[i]#--from=})
  done
  lines=(${(f)"$(p2pcheck completion $argv[-1] $from -- ${(Q)PREFIX} 2> /dev/null)"})
  shown=(${lines/$'\t'/  })
  compadd "${(@)argv[1,-2]}" -l -d shown -- ${lines%%$'\t'*}
}
_p2pcheck() {
  local curcontext=$curcontext state state_descr line
  local -a from global own commands
  local -A opt_args
)script";

constexpr const char* kTail =
    R"script(  _arguments -C -s $global '(-)1:command:->command' '(-)*::argument:->argument' && return
  case $state in
    command) _describe command commands ;;
    argument)
      (( ${+opt_args[--from]} )) && from=(--from ${(Q)opt_args[--from]})
      case $words[1] in
)script";

std::string Quoted(const std::string& text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

// Text of a specification, with a backslash before what would end it.
std::string Escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == ']' || c == '[' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// ":SOURCE:_files"
std::string ActionOf(const ValueShape& value) {
  if (value.name.empty()) return "";
  Completer completer = CompleterOf(value);
  std::string action = " ";
  switch (completer.how) {
    case Completer::How::kFiles: action = "_files"; break;
    case Completer::How::kFolders: action = "_files -/"; break;
    case Completer::How::kWords:
      action = "(" + JoinWords(value.words) + ")";
      break;
    case Completer::How::kAsk:
      action = "_p2pcheck_ask " + completer.list;
      break;
    case Completer::How::kNone: break;
  }
  return ":" + Escaped(value.name) + ":" + action;
}

// '--output=[write to FILE]:FILE:_files'
void AddOptions(const std::vector<OptionShape>& options, const char* indent,
                std::string* out) {
  for (const OptionShape& option : options)
    for (const std::string& name : option.names) {
      bool is_long = name.compare(0, 2, "--") == 0;
      std::string spec = "*" + name +
                         (option.value.name.empty() ? ""
                          : is_long                 ? "="
                                                    : "+");
      spec += "[" + Escaped(option.help) + "]" + ActionOf(option.value);
      *out += indent + Quoted(spec) + "\n";
    }
}

}  // namespace

std::string ZshCompletion(const std::vector<CommandShape>& shapes) {
  std::string out = std::string(kHead) + "  global=(\n";
  AddOptions(shapes.front().options, "    ", &out);
  out += "  )\n  commands=(\n";
  for (size_t i = 1; i < shapes.size(); ++i)
    out += "    " +
           Quoted(Escaped(shapes[i].name) + ":" + Escaped(shapes[i].help)) +
           "\n";
  out += std::string("  )\n") + kTail;
  for (size_t i = 1; i < shapes.size(); ++i) {
    out += "        " + shapes[i].name + ")\n          own=(\n";
    AddOptions(shapes[i].options, "            ", &out);
    std::string action = ActionOf(shapes[i].argument);
    if (!action.empty()) out += "            " + Quoted("*" + action) + "\n";
    out += "          )\n          ;;\n";
  }
  return out +
         "      esac\n      _arguments -s $global $own\n      ;;\n"
         "  esac\n}\n"
         "if [[ $funcstack[1] == _p2pcheck ]]; then\n  _p2pcheck \"$@\"\n"
         "else\n  compdef _p2pcheck p2pcheck\nfi\n";
}

}  // namespace p2pcheck
