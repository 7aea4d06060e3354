// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_JSON_SCHEMAS_H_
#define P2PCHECK_REPORT_JSON_SCHEMAS_H_

#include <ostream>
#include <string_view>
#include <vector>

#include "report/judgement.h"

namespace p2pcheck {

/// What the JSON output of a command holds, as JSON Schema 2020-12 has it.
/// The files are src/report/schemas/*.json.
struct JsonSchema {
  std::string_view name;     ///< "pair"
  std::string_view id;       ///< "p2pcheck.pair/1", as its documents have it
  std::string_view command;  ///< "p2pcheck pair PROVIDER CLIENT --json"
  std::string_view about;    ///< a sentence
  std::string_view text;     ///< the schema, self-contained
};

/// All that are built in, by name.
const std::vector<JsonSchema>& JsonSchemas();

/// The one of that name or id; null: there is none.
const JsonSchema* FindJsonSchema(std::string_view name);

/// A line each: name, id, command.
void WriteSchemaListText(const TextStyle& style, std::ostream& out);
/// p2pcheck.schemas/1.
void WriteSchemaListJson(std::string_view tool_version, std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_JSON_SCHEMAS_H_
