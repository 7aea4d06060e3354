// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/json_schemas.h"

#include <string>

#include "report/json_writer.h"
#include "report/text.h"

namespace p2pcheck {

const JsonSchema* FindJsonSchema(std::string_view name) {
  for (const JsonSchema& schema : JsonSchemas())
    if (schema.name == name || schema.id == name) return &schema;
  return nullptr;
}

void WriteSchemaListText(const TextStyle& style, std::ostream& out) {
  TextTable table;
  for (const JsonSchema& schema : JsonSchemas())
    table.AddRow({std::string(schema.name), std::string(schema.id),
                  std::string(schema.command)});
  table.Write(0, style, out);
}

void WriteSchemaListJson(std::string_view tool_version, std::ostream& out) {
  JsonWriter json(out);
  json.BeginObject().Field("schema", "p2pcheck.schemas/1");
  json.Key("tool").BeginObject().Field("name", "p2pcheck");
  json.Field("version", tool_version).EndObject();
  json.Key("schemas").BeginArray();
  for (const JsonSchema& schema : JsonSchemas()) {
    json.BeginObject().Field("name", schema.name).Field("schema", schema.id);
    json.Field("command", schema.command).Field("text", schema.about);
    json.EndObject();
  }
  json.EndArray().EndObject();
}

}  // namespace p2pcheck
