// SPDX-License-Identifier: GPL-2.0-or-later
//
// Bash.  It cuts words at ':' and '=', which addresses and options have; so
// the script reads the line itself, and of what it offers leaves out the part
// that bash takes for a word before.
#include <fmt/format.h>

#include "cli/completion.h"

namespace p2pcheck {
namespace {

constexpr const char* kHead =
    R"script(# Completion for bash, made by: p2pcheck completion bash
_p2pcheck() {
  local line=${COMP_LINE:0:COMP_POINT} words word current option='' command=''
  local from=() kind='' list=''
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  current=${words[${#words[@]} - 1]}
  for word in "${words[@]:1:${#words[@]} - 2}"; do
    if [[ $option ]]; then
      [[ $option == --from ]] && from=(--from "$word")
      option=''
      continue
    fi
    case $word in
      --from=*) from=(--from "${word#*=}") ;;
)script";

constexpr const char* kSplit = R"script(    esac
  done
  if [[ ! $option && $current == --*=* ]]; then
    option=${current%%=*}
    current=${current#*=}
  fi
)script";

constexpr const char* kTail = R"script(  case $kind in
    files)
      compopt -o filenames 2> /dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      ;;
    folders)
      compopt -o filenames 2> /dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      ;;
    words) mapfile -t COMPREPLY < <(compgen -W "$list" -- "$current") ;;
    ask)
      mapfile -t COMPREPLY < <("$1" completion "$list" "${from[@]}" \
        -- "$current" 2> /dev/null)
      COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
      ;;
    *) COMPREPLY=() ;;
  esac
  local cut=${current%"${current##*[:=]}"}
  [[ $COMP_WORDBREAKS == *:* && $kind != files && $kind != folders ]] &&
    COMPREPLY=("${COMPREPLY[@]#"$cut"}")
  return 0
}
complete -F _p2pcheck p2pcheck
)script";

// "kind=ask list=devices"
std::string Assignment(const ValueShape& value) {
  Completer completer = CompleterOf(value);
  switch (completer.how) {
    case Completer::How::kFiles: return "kind=files";
    case Completer::How::kFolders: return "kind=folders";
    case Completer::How::kWords:
      return fmt::format("kind=words list='{}'", JoinWords(value.words));
    case Completer::How::kAsk: return "kind=ask list=" + completer.list;
    case Completer::How::kNone: break;
  }
  return "kind=";
}

std::vector<std::string> NamesOf(const std::vector<OptionShape>& options,
                                 bool with_value) {
  std::vector<std::string> names;
  for (const OptionShape& option : options)
    if (!with_value || !option.value.name.empty())
      names.insert(names.end(), option.names.begin(), option.names.end());
  return names;
}

std::string CommandNames(const std::vector<CommandShape>& shapes,
                         const std::string& between) {
  std::vector<std::string> names;
  for (size_t i = 1; i < shapes.size(); ++i) names.push_back(shapes[i].name);
  return JoinWords(names, between);
}

// "    advise' '--goal) kind=words ...": an option of a command, or of all.
void AddValues(const CommandShape& shape, std::string* out) {
  for (const OptionShape& option : shape.options) {
    if (option.value.name.empty()) continue;
    std::vector<std::string> patterns;
    for (const std::string& name : option.names)
      patterns.push_back(shape.name.empty() ? "*' '" + name
                                            : shape.name + "' '" + name);
    *out += fmt::format("      {}) {} ;;\n", JoinWords(patterns, " | "),
                        Assignment(option.value));
  }
}

}  // namespace

std::string BashCompletion(const std::vector<CommandShape>& shapes) {
  const CommandShape& program = shapes.front();
  std::string global = JoinWords(NamesOf(program.options, false));
  std::string out = kHead;
  out += fmt::format("      {}) option=$word ;;\n      -*) ;;\n",
                     JoinWords(NamesOf(AllOptions(shapes), true), " | "));
  out += fmt::format("      {}) [[ $command ]] || command=$word ;;\n",
                     CommandNames(shapes, " | "));
  out += kSplit;
  out += "  if [[ $option ]]; then\n    case $command' '$option in\n";
  for (size_t i = shapes.size(); i-- > 0;) AddValues(shapes[i], &out);
  out += "    esac\n  elif [[ $current == -* ]]; then\n    kind=words\n";
  out += fmt::format("    list='{}'\n    case $command in\n", global);
  for (const CommandShape& shape : shapes)
    if (!shape.name.empty() && !shape.options.empty())
      out += fmt::format("      {}) list+=' {}' ;;\n", shape.name,
                         JoinWords(NamesOf(shape.options, false)));
  out += "    esac\n  else\n    case $command in\n";
  out += fmt::format("      '') kind=words list='{}' ;;\n",
                     CommandNames(shapes, " "));
  for (const CommandShape& shape : shapes)
    if (!shape.name.empty())
      out += fmt::format("      {}) {} ;;\n", shape.name,
                         Assignment(shape.argument));
  return out + "    esac\n  fi\n" + kTail;
}

}  // namespace p2pcheck
