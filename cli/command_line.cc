// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <map>
#include <utility>

#include "cli/command_shape.h"
#include "cli/session.h"
#include "report/sentences.h"

namespace p2pcheck {
namespace {

constexpr const char* kExitStatusText =
    "Exit status: 0 all allowed, 1 something is not, 2 something is "
    "undecided,\n64 usage, 65 bad input, 66 no such file or device, 70 our "
    "bug, 74 could not write.\nDetails: man 8 p2pcheck";

struct Flags {
  bool json = false, tsv = false, no_names = false, no_pager = false;
  std::string color = "auto";
  std::optional<std::string> format;
};

std::optional<ColorWhen> ColorNamed(const std::string& text) {
  if (text == "auto") return ColorWhen::kAuto;
  if (text == "always") return ColorWhen::kAlways;
  if (text == "never") return ColorWhen::kNever;
  return std::nullopt;
}

constexpr std::pair<const char*, CheckFormat> kCheckFormats[] = {
    {"text", CheckFormat::kText},   {"json", CheckFormat::kJson},
    {"sarif", CheckFormat::kSarif}, {"nagios", CheckFormat::kNagios},
    {"nfd", CheckFormat::kNfd},     {"prometheus", CheckFormat::kPrometheus},
};

std::vector<std::string> CheckFormatNames() {
  std::vector<std::string> names;
  for (auto [name, format] : kCheckFormats) names.emplace_back(name);
  return names;
}

std::optional<CheckFormat> CheckFormatNamed(const std::string& text) {
  for (auto [name, format] : kCheckFormats)
    if (text == name) return format;
  return std::nullopt;
}

// What each command takes.  min and max count its arguments.
struct CommandEntry {
  Command command;
  const char* name;
  const char* argument;
  int min, max;
  bool tsv;
  const char* help;
};

constexpr int kAnyNumber = -1;
constexpr CommandEntry kCommands[] = {
    {Command::kPair, "pair", "DEVICE", 2, 2, false,
     "PROVIDER CLIENT: would the kernel map PROVIDER's memory for CLIENT, and "
     "the other way round; why"},
    {Command::kReport, "report", nullptr, 0, 0, false,
     "the whole host: devices, host bridges, verdicts by class of pair"},
    {Command::kTree, "tree", nullptr, 0, 0, false,
     "the PCIe tree as the kernel has it, with ports, ACS, links, groups"},
    {Command::kMatrix, "matrix", "DEVICES", 0, kAnyNumber, true,
     "all ordered pairs of DEVICES (default: endpoint)"},
    {Command::kRank, "rank", "DEVICE", 1, kAnyNumber, true,
     "DEVICE [CANDIDATES]: the best partners of a device, best first: by "
     "verdict, bottleneck bandwidth, distance (default: endpoint)"},
    {Command::kCliques, "cliques", "DEVICES", 0, kAnyNumber, true,
     "maximal sets of DEVICES in which every ordered pair is allowed (default: "
     "endpoint)"},
    {Command::kBars, "bars", "DEVICES", 0, kAnyNumber, true,
     "every BAR of DEVICES (default: endpoint): address, size, kind; who can "
     "map it, who exports it as a DMABUF, or why not with the errno"},
    {Command::kDmabuf, "dmabuf", "DEVICE", 2, 2, true,
     "EXPORTER[.BAR] IMPORTER[:USE]: would export, attach and map of a BAR as "
     "a DMABUF work; why, and with which errno not"},
    {Command::kGroups, "groups", nullptr, 0, 0, true,
     "IOMMU groups as published and as topology, ACS and quirks imply; where "
     "they differ, why"},
    {Command::kRecord, "record", nullptr, 0, 0, false,
     "write a recording of this host (or of SOURCE)"},
    {Command::kCheck, "check", "DEVICES", 0, kAnyNumber, false,
     "findings with stable ids, evidence and remedy; DEVICES are judged as if "
     "they did peer-to-peer"},
    {Command::kAdvise, "advise", "DEVICE", 2, 2, false,
     "PROVIDER CLIENT: the smallest change that reaches the wished route, the "
     "kernel parameter for it, and what isolation it costs"},
    {Command::kDiff, "diff", "SOURCE", 1, 2, false,
     "OLD NEW: what changed between two sources: devices, facts, and the "
     "verdicts that follow; or diff --kernel A B: between two kernels"},
    {Command::kWatch, "watch", nullptr, 0, 0, false,
     "reports again when hotplug or a rescan changes something"},
    {Command::kCmdline, "cmdline", "STRING", 0, 1, false,
     "reads and checks the PCI and IOMMU part of a kernel command line against "
     "the host (default: the host's own)"},
    {Command::kAcs, "acs", "DEVICES", 0, kAnyNumber, false,
     "ACS bit by bit: as it is, as the kernel sets it at boot, and what each "
     "bit means (default: all that have it)"},
    {Command::kProbe, "probe", "DEVICES", 0, kAnyNumber, true,
     "would ask the running kernel, and with --yes does, for a DMABUF of each "
     "BAR of functions bound to VFIO drivers: opening one RESETS it"},
    {Command::kRules, "rules", nullptr, 0, 0, false,
     "the rules in force for a kernel version, each with its source"},
    {Command::kExplain, "explain", "ID", 0, 1, false,
     "what a reason or map type means and what to do; without ID: all ids"},
    {Command::kSchema, "schema", "NAME", 0, 1, false,
     "the JSON Schema of what a command writes with --json; without NAME: all "
     "names, each with its command"},
    {Command::kCompletion, "completion", nullptr, 0, 0, false,
     "the script that completes this command line in bash, zsh or fish"},
};

void AddGlobalOptions(CLI::App& app, Options* options, Flags* flags) {
  app.add_option("--from", options->from,
                 "read SOURCE (a directory, a file, or - for standard input) "
                 "instead of this host")
      ->type_name("SOURCE");
  app.add_option("--kernel", options->kernel,
                 "judge as this kernel would (default: the source's own)")
      ->type_name("VERSION");
  app.add_option("--assume", options->assume,
                 "what-if, repeatable: acs=off:ADDRESS, acs=0x1d:ADDRESS, "
                 "cmdline=TEXT, config=PCI_P2PDMA=y, cpu=AuthenticAMD:0x19, "
                 "driver=NAME:DEVICES, iommu=off|identity|dma, kernel=VERSION")
      ->type_name("WHAT")
      ->allow_extra_args(false);
  app.add_option("--rules", options->rules,
                 "read the rules from DIR instead of those built in")
      ->type_name("DIR");
  app.add_option("-o,--output", options->output,
                 "write to FILE (by way of a temporary one) instead of "
                 "standard output (-)")
      ->type_name("FILE");
  auto* json = app.add_flag("--json", flags->json, "output as JSON");
  app.add_flag("--tsv", flags->tsv, "output as tab-separated values")
      ->excludes(json);
  app.add_option("--color", flags->color, "when to use colour")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.add_flag("--cross-check", options->cross_check,
               "compute every pair a second way; a difference is a bug of ours "
               "and ends with status 70 (pair, matrix, report, "
               "rank, cliques)");
  app.add_flag("--no-pager", flags->no_pager,
               "write long text to the terminal without a pager");
  app.add_flag("--no-names", flags->no_names, "leave out names from pci.ids");
}

void AddAdviseOptions(CLI::App* command, Options* options) {
  command
      ->add_option("--goal", options->goal,
                   "the wished outcome: direct (default) or allowed")
      ->type_name("GOAL")
      ->check(CLI::IsMember({"direct", "allowed"}));
  command->add_flag("--setpci", options->setpci,
                    "show the lines that change the ports at run time, too");
}

void AddCheckOptions(CLI::App* command, Options* options, Flags* flags) {
  command
      ->add_option("--format", flags->format,
                   "what findings are written as; json is as --json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember(CheckFormatNames()));
  auto* policy = command->add_option(
      "--policy", options->policy,
      "hold the host to the requirements in FILE (TOML): p2pcheck-policy(5)");
  policy->type_name("FILE");
  command->add_option("--only", options->only, "only these findings")
      ->type_name("ID,...")
      ->excludes(policy)
      ->allow_extra_args(false);
  command->add_option("--skip", options->skip, "all findings but these")
      ->excludes(policy)
      ->type_name("ID,...")
      ->allow_extra_args(false);
}

void AddDmabufOptions(CLI::App* command, Options* options) {
  command
      ->add_option("--as", options->use,
                   "how IMPORTER uses it: mlx5-mr, iommufd, net-devmem, ... "
                   "(p2pcheck rules lists them), or dynamic, "
                   "pinned-revocable, pinned, static")
      ->type_name("USE");
  command
      ->add_option("--ranges", options->ranges,
                   "the ranges of BAR that are exported (default: all of it)")
      ->type_name("OFFSET+LENGTH,...")
      ->delimiter(',')
      ->allow_extra_args(false);
}

// Shells, and in silence what their scripts ask for.
void AddCompletionArguments(CLI::App* command, Options* options) {
  command->add_option("SHELL", options->completion)
      ->required()
      ->check(CLI::Validator([](const std::string&) { return ""; },
                             "{bash,zsh,fish}"));
  command->add_option("PREFIX", options->prefix);
}

void AddReportOptions(CLI::App* command, Options* options) {
  command
      ->add_option("--nccl", options->nccl,
                   "write GPUs and NICs as an NCCL topology (NCCL_TOPO_FILE) "
                   "to FILE, too; - writes that only")
      ->type_name("FILE");
  command
      ->add_option("--html", options->html,
                   "write the host as one page for a browser to FILE, too; - "
                   "writes the page instead of the report")
      ->type_name("FILE");
}

void AddWatchOptions(CLI::App* command, Options* options) {
  constexpr uint32_t kDay = 24 * 60 * 60;
  command
      ->add_option("--settle", options->settle,
                   "look when no event came for MS milliseconds (default "
                   "1000), or after ten times as long")
      ->type_name("MS")
      ->check(CLI::Range(uint32_t{0}, 1000 * kDay));
  command->add_flag("--once", options->once, "end after the first change");
  command->add_option("--for", options->watch_seconds, "end after SECONDS")
      ->type_name("SECONDS")
      ->check(CLI::Range(uint32_t{0}, 366 * kDay));
}

void AddOwnOptions(CLI::App* command, Command which, Options* options,
                   Flags* flags) {
  if (which == Command::kCompletion) AddCompletionArguments(command, options);
  if (which == Command::kAdvise) AddAdviseOptions(command, options);
  if (which == Command::kCheck) AddCheckOptions(command, options, flags);
  if (which == Command::kWatch) AddWatchOptions(command, options);
  if (which == Command::kDmabuf) AddDmabufOptions(command, options);
  if (which == Command::kMatrix)
    command->add_flag("--paths", options->paths,
                      "show PIX, PXB, PHB, NODE or SYS of each pair, too");
  if (which == Command::kCliques)
    command->add_flag("--qemu", options->qemu,
                      "write -device options with x-nv-gpudirect-clique for "
                      "NVIDIA GPUs instead");
  if (which == Command::kProbe)
    command->add_flag("--yes", options->yes,
                      "do it; without, probe only says what it would do");
  if (which == Command::kReport) AddReportOptions(command, options);
}

CLI::App* AddCommand(CLI::App& app, const CommandEntry& entry, Options* options,
                     Flags* flags) {
  CLI::App* command = app.add_subcommand(entry.name, entry.help);
  command->fallthrough();
  if (entry.argument) {
    auto* argument = command->add_option(entry.argument, options->arguments);
    if (entry.max == kAnyNumber)
      argument->expected(entry.min, CLI::detail::expected_max_vector_size);
    else
      argument->expected(entry.min, entry.max);
    if (entry.min > 0) argument->required();
  }
  AddOwnOptions(command, entry.command, options, flags);
  return command;
}

// Commands whose pairs two cores of ours can answer.
bool CrossChecks(const CommandEntry* entry) {
  if (!entry) return true;  // the summary counts the pairs of a report
  switch (entry->command) {
    case Command::kPair:
    case Command::kMatrix:
    case Command::kReport:
    case Command::kRank:
    case Command::kCliques: return true;
    default: return false;
  }
}

// "matrix, groups and probe", in the order of --help.
std::string CommandsWithTsv() {
  std::vector<std::string> names;
  for (const CommandEntry& entry : kCommands)
    if (entry.tsv) names.emplace_back(entry.name);
  return Joined(names);
}

// What CLI11 cannot tell: formats and options a command does not have.
std::string FormatError(const Flags& flags, const Options& options,
                        const CommandEntry* entry) {
  if (flags.tsv && (!entry || !entry->tsv))
    return "--tsv: only " + CommandsWithTsv() + " have it";
  if (flags.json && entry && entry->command == Command::kRecord)
    return "--json: a recording has one form; report --json may be meant";
  if (options.cross_check && !CrossChecks(entry))
    return "--cross-check: only pair, matrix, report, rank and cliques have it";
  if (flags.json && flags.format.value_or("json") != "json")
    return "--json: --format says otherwise";
  if (options.html == "-" && (flags.json || options.nccl == "-"))
    return "--html -: the page takes the place of what else is asked for; "
           "give it a file";
  if (flags.json && !entry) return "--json: which command? report --json";
  return "";
}

[[noreturn]] void FailUsage(const std::string& message) {
  throw UsageError(message + "\np2pcheck: see p2pcheck --help");
}

CheckFormat CheckFormatOf(const Flags& flags) {
  if (flags.format) return *CheckFormatNamed(*flags.format);
  return flags.json ? CheckFormat::kJson : CheckFormat::kText;
}

using Entries = std::map<CLI::App*, const CommandEntry*>;

Entries Build(const std::function<std::string()>& version, Options* options,
              Flags* flags, CLI::App* app) {
  app->name("p2pcheck");
  app->footer(kExitStatusText);
  app->set_version_flag("--version", version);
  AddGlobalOptions(*app, options, flags);
  app->require_subcommand(0, 1);
  Entries entries;
  for (const CommandEntry& entry : kCommands)
    entries[AddCommand(*app, entry, options, flags)] = &entry;
  return entries;
}

// A type name is "GOAL", or "GOAL:{direct,allowed}" where a word is checked.
ValueShape ValueOf(const CLI::Option& option) {
  ValueShape value;
  if (option.get_items_expected_max() == 0) return value;
  std::string type = option.get_type_name();
  size_t brace = type.find(":{");
  if (brace != std::string::npos && type.back() == '}')
    value.words = CLI::detail::split(
        type.substr(brace + 2, type.size() - brace - 3), ',');
  value.name =
      option.get_positional() ? option.get_name(true) : type.substr(0, brace);
  return value;
}

OptionShape ShapeOf(const CLI::Option& option) {
  OptionShape shape{{}, ValueOf(option), option.get_description()};
  for (const std::string& name : option.get_snames())
    shape.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames())
    shape.names.push_back("--" + name);
  return shape;
}

CommandShape ShapeOf(const CLI::App& app) {
  CommandShape shape{
      app.get_parent() ? app.get_name() : "", app.get_description(), {}, {}};
  for (const CLI::Option* option : app.get_options())
    if (!option->get_positional())
      shape.options.push_back(ShapeOf(*option));
    else if (shape.argument.name.empty())
      shape.argument = ValueOf(*option);
  return shape;
}

constexpr const char* kAbout =
    "What the Linux kernel decides about peer-to-peer DMA";

}  // namespace

std::vector<CommandShape> DescribeCommandLine() {
  Options options;
  Flags flags;
  CLI::App app(kAbout);
  Build([] { return ""; }, &options, &flags, &app);
  std::vector<CommandShape> shapes = {ShapeOf(app)};
  for (const CLI::App* command :
       app.get_subcommands([](const CLI::App*) { return true; }))
    shapes.push_back(ShapeOf(*command));
  return shapes;
}

std::optional<Options> ParseCommandLine(
    int argc, char** argv, const std::function<std::string()>& version,
    int* status) {
  Options options;
  Flags flags;
  CLI::App app(kAbout);
  Entries entries = Build(version, &options, &flags, &app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {
    *status = app.exit(done);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    FailUsage(error.what());
  }
  const CommandEntry* chosen = nullptr;
  for (CLI::App* command : app.get_subcommands()) chosen = entries[command];
  std::string wrong = FormatError(flags, options, chosen);
  if (!wrong.empty()) FailUsage(wrong);
  if (chosen) options.command = chosen->command;
  options.format = flags.json  ? Format::kJson
                   : flags.tsv ? Format::kTsv
                               : Format::kText;
  options.check_format = CheckFormatOf(flags);
  if (options.output == "-") options.output.reset();  // Standard output.
  options.color = *ColorNamed(flags.color);
  options.names = !flags.no_names;
  options.pager = !flags.no_pager;
  options.argv.assign(argv + 1, argv + argc);
  return options;
}

}  // namespace p2pcheck
