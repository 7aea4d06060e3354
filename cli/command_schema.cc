// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/json_schemas.h"
#include "report/sentences.h"

namespace p2pcheck {
namespace {

const JsonSchema& NamedSchema(const std::string& name) {
  if (const JsonSchema* schema = FindJsonSchema(name)) return *schema;
  std::vector<std::string> names;
  for (const JsonSchema& schema : JsonSchemas())
    names.emplace_back(schema.name);
  throw UsageError(fmt::format("schema {}: no such schema; there are {}",
                               Printable(name), Joined(names)));
}

}  // namespace

// A schema is JSON, asked for as such or not.
int RunSchema(const Options& options) {
  const JsonSchema* schema = options.arguments.empty()
                                 ? nullptr
                                 : &NamedSchema(options.arguments.front());
  Output output(options.output);
  if (schema)
    output.stream() << schema->text;
  else if (options.format == Format::kJson)
    WriteSchemaListJson(P2PCHECK_VERSION, output.stream());
  else
    WriteSchemaListText(StyleFor(options), output.stream());
  output.Finish();
  return kAllAllowed;
}

}  // namespace p2pcheck
