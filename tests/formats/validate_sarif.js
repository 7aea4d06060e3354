// SPDX-License-Identifier: GPL-2.0-or-later
//
// validate_sarif.js MODULES: reads lines of JSON, {"name", "document"} each,
// and prints one line for each, {"name", "errors"}.  One process for all: the
// schema takes longest.
"use strict";
const path = require("path");
const readline = require("readline");
const modules = path.resolve(process.argv[2]);
const Ajv = require(path.join(modules, "ajv"));
const schema = require(path.join(modules,
  "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"));

const ajv = new Ajv({schemaId: "id", meta: false, allErrors: true,
                     unknownFormats: ["uri-reference"]});
ajv.addMetaSchema(require(path.join(modules,
  "ajv/lib/refs/json-schema-draft-04.json")));
ajv._opts.defaultMeta = "http://json-schema.org/draft-04/schema#";
const validate = ajv.compile(schema);

readline.createInterface({input: process.stdin}).on("line", line => {
  const {name, document} = JSON.parse(line);
  const errors = validate(document) ? [] :
    validate.errors.map(e => `${e.dataPath}: ${e.message}`);
  console.log(JSON.stringify({name, errors}));
});
