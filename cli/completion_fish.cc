// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "cli/completion.h"

namespace p2pcheck {
namespace {

constexpr const char* kHead =
    R"script(# Completion for fish, made by: p2pcheck completion fish
complete -c p2pcheck -e
complete -c p2pcheck -f
# The command and the source that the line has so far, a line each.
function __p2pcheck_read
    set -l option ''
    set -l command ''
    set -l from ''
    for word in (commandline -opc)[2..-1]
        if test -n "$option"
            test "$option" = --from; and set from $word
            set option ''
            continue
        end
        switch $word
            case '--from=*'
                set from (string replace -- --from= '' $word)
)script";

constexpr const char* kTail = R"script(        end
    end
    echo $command
    echo $from
end
function __p2pcheck_is
    contains -- (__p2pcheck_read)[1] $argv
end
function __p2pcheck_ask
    set -l from (__p2pcheck_read)[2]
    set -l source
    test -n "$from"; and set source --from $from
    set -l prefix (string replace -r -- '^--[a-z-]+=' '' (commandline -ct))
    p2pcheck completion $argv[1] $source -- "$prefix" 2>/dev/null
end
)script";

std::string Quoted(const std::string& text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

// " -x -a 'direct allowed'"
std::string ValueText(const ValueShape& value) {
  Completer completer = CompleterOf(value);
  switch (completer.how) {
    case Completer::How::kFiles: return " -r -F";
    case Completer::How::kFolders:
      return " -x -a '(__fish_complete_directories)'";
    case Completer::How::kWords:
      return " -x -a " + Quoted(JoinWords(value.words));
    case Completer::How::kAsk:
      return " -x -a " + Quoted("(__p2pcheck_ask " + completer.list + ")");
    case Completer::How::kNone: break;
  }
  return value.name.empty() ? "" : " -x";
}

void AddOptions(const CommandShape& shape, std::string* out) {
  std::string condition =
      shape.name.empty() ? "" : " -n '__p2pcheck_is " + shape.name + "'";
  for (const OptionShape& option : shape.options) {
    std::string names;
    for (const std::string& name : option.names)
      names += name.compare(0, 2, "--") == 0 ? " -l " + name.substr(2)
                                             : " -s " + name.substr(1);
    *out += fmt::format("complete -c p2pcheck{}{}{} -d {}\n", condition, names,
                        ValueText(option.value), Quoted(option.help));
  }
}

void AddArgument(const CommandShape& shape, std::string* out) {
  Completer completer = CompleterOf(shape.argument);
  std::string text = ValueText(shape.argument);
  if (completer.how == Completer::How::kNone) return;
  // An argument is no option's value: no -r, no -x.
  text = completer.how == Completer::How::kFiles ? " -F" : text.substr(3);
  *out += fmt::format("complete -c p2pcheck -n '__p2pcheck_is {}'{}\n",
                      shape.name, text);
}

}  // namespace

std::string FishCompletion(const std::vector<CommandShape>& shapes) {
  std::vector<std::string> with_value, commands;
  for (const OptionShape& option : AllOptions(shapes))
    if (!option.value.name.empty())
      with_value.insert(with_value.end(), option.names.begin(),
                        option.names.end());
  for (size_t i = 1; i < shapes.size(); ++i) commands.push_back(shapes[i].name);
  std::string out = kHead;
  out += "            case " + JoinWords(with_value) +
         "\n                set option $word\n            case '-*'\n"
         "            case " +
         JoinWords(commands) +
         "\n                test -n \"$command\"; or set command $word\n";
  out += kTail;
  for (size_t i = 1; i < shapes.size(); ++i)
    out += fmt::format(
        "complete -c p2pcheck -n \"__p2pcheck_is ''\" -a {} -d {}\n",
        shapes[i].name, Quoted(shapes[i].help));
  for (const CommandShape& shape : shapes) AddOptions(shape, &out);
  for (size_t i = 1; i < shapes.size(); ++i) AddArgument(shapes[i], &out);
  return out;
}

}  // namespace p2pcheck
