// SPDX-License-Identifier: GPL-2.0-or-later
// Holds documents against the schemas with ajv, all in one process:
//
//   node validate.mjs AJV_FOLDER SCHEMA_FOLDER INDEX MUTANTS
//
// INDEX names the documents: [{"name": ..., "file": ...}].  Each must be valid
// in strict mode, and of a copy of its schema that takes no unknown key or
// word.  Then small documents are damaged in every place, one way at a time,
// and each of these mutants must be refused; some are written to MUTANTS, for
// another validator.  Every key of the schemas must have been in some document;
// words, nulls and the like that were in none are listed at the end.
import fs from "node:fs";
import path from "node:path";
import {createRequire} from "node:module";
import {closed, parts, typeOf, walk} from "./schema_walk.mjs";

const [ajvFolder, schemaFolder, indexFile, mutantFile] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(ajvFolder), "x.js"));
const Ajv = require("ajv/dist/2020").default;

const readJson = (file) => JSON.parse(fs.readFileSync(file, "utf8"));
let wrong = 0;
function tell(text) {
  if (++wrong <= 40) console.log(text);
}

// A file has one document, or (watch) one a line.
function documentsIn(entry) {
  const text = fs.readFileSync(entry.file, "utf8");
  try {
    return [JSON.parse(text)];
  } catch {
    return text.trim().split("\n").map((line) => JSON.parse(line));
  }
}

const schemas = new Map();  // by what a document has as "schema"
for (const file of fs.readdirSync(schemaFolder).sort()) {
  const root = readJson(path.join(schemaFolder, file));
  schemas.set(root.properties.schema.const,
              {name: path.basename(file, ".json"), root, documents: 0});
}

const entries = readJson(indexFile).sort(
  (a, b) => fs.statSync(a.file).size - fs.statSync(b.file).size);

function explainedIds() {
  for (const entry of entries)
    if (entry.name === "explain")
      return documentsIn(entry)[0].ids.map((explained) => explained.id);
  return [];
}

const ids = explainedIds();
for (const entry of schemas.values()) {
  try {
    entry.validate = new Ajv({strict: true}).compile(entry.root);
    entry.strictly = new Ajv({strict: false, allErrors: false}).compile(
      closed(entry.root, ids));
  } catch (error) {
    tell(`${entry.name}.json: ${error.message}`);
  }
}

const errorText = (errors) => errors.map((e) => `${e.instancePath}: ` +
  `${e.message} ${JSON.stringify(e.params)}`).slice(0, 3).join("; ");

// What was seen at each place of the schemas.
const places = new Map();
function placeOf(place) {
  let seen = places.get(place);
  if (!seen) {
    seen = {types: new Set(), words: new Set(), values: new Set(), full: false,
            missing: new Set(), present: new Set()};
    places.set(place, seen);
  }
  return seen;
}

const VOCABULARY = new RegExp("^(0x[0-9a-f]+|[0-9a-f]{4,8}:[0-9a-f]{2}:.*|" +
  "pci[0-9a-f]{4,8}:..|[A-Z][A-Z0-9_]*|[a-z0-9.]+([-_/][a-z0-9.]+)*)$");

function note({schema, place, value}) {
  const seen = placeOf(place);
  seen.types.add(typeOf(value));
  if (typeof value === "boolean") seen.values.add(value);
  if (typeof value === "number" && value < 0) seen.negative = true;
  if (typeof value === "string") {
    seen.words.add(VOCABULARY.test(value) ? "word" : "free");
    if (schema.enum || schema.examples) seen.values.add(value);
  }
  if (Array.isArray(value) && value.length) seen.full = true;
  if (typeOf(value) === "object")
    for (const name of Object.keys(schema.properties ?? {}))
      (name in value ? seen.present : seen.missing).add(name);
}

const LARGE = 400000;  // bytes: documents that are only validated
const instances = new Map();  // "pair $defs/fact/value" -> {text, path}

function keep(entry, text, node) {
  const key = `${entry.name} ${node.place} ${typeOf(node.value)}`;
  if (!instances.has(key))
    instances.set(key, {entry, text, path: node.path, place: node.place,
                        ofAnyOf: node.ofAnyOf});
}

let count = 0;
for (const {name, file} of entries) {
  const small = fs.statSync(file).size < LARGE;
  for (const document of documentsIn({file})) {
    const entry = schemas.get(document.schema);
    if (!entry?.strictly) {
      tell(`${name}: no schema ${document.schema}`);
      continue;
    }
    ++count;
    ++entry.documents;
    if (!entry.validate(document))
      tell(`${name}: ${errorText(entry.validate.errors)}`);
    else if (!entry.strictly(document))
      tell(`${name}: not described: ${errorText(entry.strictly.errors)}`);
    const text = small ? JSON.stringify(document) : null;
    walk(entry.root, entry.root, document, entry.name + "#", (node) => {
      note(node);
      if (small) keep(entry, text, node);
    });
  }
}
console.log(`${count} documents of ${schemas.size} schemas`);
// Only a host with events prints these; its own test holds them to the schema.
const ELSEWHERE = new Set(["watch"]);
for (const [id, entry] of schemas)
  if (!entry.documents && !ELSEWHERE.has(entry.name)) tell(`${id}: no document of it`);

// Mutants.  Each is [what was done, how], of the value at a path.
const OTHERS = [null, false, 7, "~", [], {}];

function* damaged(value, seen) {
  const type = typeOf(value);
  for (const other of OTHERS)
    if (!seen.types.has(typeOf(other)))
      yield [`${JSON.stringify(other)} for ${type}`, other];
  if (type === "number") {
    yield ["a fraction", value + 0.5];
    if (!seen.negative) yield ["negative", -2];
  }
  if (type === "string" && !seen.words.has("free"))
    yield ["another word", value + "~"];
  if (type === "object")
    for (const name of Object.keys(value)) {
      const rest = {...value};
      delete rest[name];
      yield [`without ${name}`, rest, name];
    }
}

function replaced(document, where, value) {
  if (!where.length) return value;
  let at = document;
  for (const step of where.slice(0, -1)) at = at[step];
  at[where.at(-1)] = value;
  return document;
}

// Strings that are names given by others, though they look like words.
const NAMES = new RegExp("/(argv|assumed|warnings|unknowns|parts)/\\*$|" +
  "/(name|version|release|command_line|driver|memory|by|witness|kernels|" +
  "architecture|cpu_\\w+|detail|cpu_vendor|vendor|confidential_guest|oldest|" +
  "newest|pending|power_state|kernel|guest|since|value|at|title|id|text|" +
  "source|link|max_link|acs_redirect|no_common_bridge|meaning)$|" +
  "/(judged_as|kernels|kernels_that_allow|drivers|needs|vfio_group_safe|" +
  "disable_acs_redir|config_acs|groups|notes|setpci|problems)/\\*$");

// Values of facts of every sort.
const ANY = /diff_fact\/(before|after)/;

const uncovered = new Set();
let mutants = 0, written = 0;
const out = fs.createWriteStream(mutantFile);
for (const {entry, text, path: where, place, ofAnyOf} of instances.values()) {
  const seen = placeOf(place);
  let value = JSON.parse(text);
  for (const step of where) value = value[step];
  for (const [how, other, dropped] of damaged(value, seen)) {
    if (ofAnyOf && typeOf(other) !== typeOf(value)) continue;  // told above
    if (dropped && seen.missing.has(dropped)) continue;  // may be left out
    if (how === "another word" && NAMES.test(place)) continue;
    if (how === "negative" && ANY.test(place)) continue;
    if (dropped && !seen.present.has(dropped)) continue;  // another's part
    const mutant = replaced(JSON.parse(text), where, other);
    ++mutants;
    if (!entry.validate(mutant)) {
      if (mutants % 40 === 0 && text.length < 20000) {
        out.write(JSON.stringify({schema: entry.name, mutant}) + "\n");
        ++written;
      }
    } else if (other === null || seen.types.size === 1 &&
               seen.types.has("null")) {
      uncovered.add(`${place}: never ${other === null ? "null" :
                                       "but null"}`);
    } else {
      tell(`${entry.name} ${place} /${where.join("/")}: ${how}: accepted`);
    }
  }
}
out.end();

// A key more: what ships takes it, so that versions may add; the copy not.
let additions = 0;
for (const {entry, text, path: where, place} of instances.values()) {
  let value = JSON.parse(text);
  for (const step of where) value = value[step];
  if (typeOf(value) !== "object") continue;
  const grown = replaced(JSON.parse(text), where,
                         {...value, added_later: 1});
  ++additions;
  if (!entry.validate(grown)) tell(`${entry.name} ${place}: takes no addition`);
  if (entry.strictly(grown))
    tell(`${entry.name} ${place}: an undescribed key went unnoticed`);
}
console.log(`${mutants} mutants refused but for those told here, ` +
            `${written} kept for the other validator; ${additions} additions`);

// What no document showed.
const listed = new Set();
for (const entry of schemas.values())
  parts(entry.root, entry.root, entry.name + "#", (schema, place) => {
    if (place.endsWith("/allOf") || listed.has(place)) return;
    listed.add(place);
    const seen = places.get(place);
    if (!seen) {
      // Who describes a key shows it.
      if (!place.endsWith("/anyOf") && !ELSEWHERE.has(entry.name))
        tell(`${place}: in no document`);
      return;
    }
    for (const word of [...(schema.enum ?? []), ...(schema.examples ?? [])])
      if (word !== null && !seen.values.has(word))
        uncovered.add(`${place}: never "${word}"`);
    const types = [schema.anyOf ? schema.anyOf.map((s) => s.type) :
                   schema.type].flat(2);
    if (types.includes("boolean"))
      for (const value of [true, false])
        if (!seen.values.has(value)) uncovered.add(`${place}: never ${value}`);
    if (types.includes("null") && !seen.types.has("null"))
      uncovered.add(`${place}: never null`);
    if (types.includes("array") && !seen.full)
      uncovered.add(`${place}: always empty`);
    for (const name of Object.keys(schema.properties ?? {}))
      if (!schema.required?.includes(name) && !seen.missing.has(name))
        uncovered.add(`${place}/${name}: optional, never left out`);
  });
console.log(`${listed.size} places in the schemas; never shown in any ` +
            `document: ${uncovered.size}`);
for (const line of [...uncovered].sort()) console.log("  " + line);

if (wrong > 40) console.log(`and ${wrong - 40} more`);
if (mutants < 500 || count < 20) tell("too few documents or mutants");
process.exitCode = wrong ? 1 : 0;
