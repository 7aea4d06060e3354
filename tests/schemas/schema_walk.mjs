// SPDX-License-Identifier: GPL-2.0-or-later
// Walks a document along its schema: which part of the schema is each value
// an instance of?  Knows the keywords that our schemas use, and no others.

// "The place" of a subschema: "pair#/properties/verdict", or "$defs/verdict".
export function resolve(root, schema, place) {
  if (!schema.$ref) return {schema, place};
  const name = schema.$ref.replace("#/$defs/", "");
  return resolve(root, root.$defs[name], "$defs/" + name);
}

export function typeOf(value) {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function fits(root, schema, value) {
  const s = resolve(root, schema, "").schema;
  if ("const" in s) return s.const === value;
  const type = typeOf(value);
  const types = [s.type].flat();
  return types.includes(type) || (type === "number" &&
                                  types.includes("integer"));
}

// Calls visit({schema, place, value, path, ofAnyOf}) for every value; where a
// schema has alternatives, for it and for the one that fits.
export function walk(root, schema, value, place, visit, path = [],
                     ofAnyOf = false) {
  ({schema, place} = resolve(root, schema, place));
  if (schema.anyOf) {
    const branch = schema.anyOf.find((s) => fits(root, s, value));
    visit({schema, place, value, path, ofAnyOf});
    if (branch && value !== null)
      walk(root, branch, value, place + "/anyOf", visit, path, true);
    return;
  }
  visit({schema, place, value, path, ofAnyOf});
  for (const part of schema.allOf ?? [])
    walk(root, part, value, place, visit, path);
  if (schema.properties && typeOf(value) === "object") {
    for (const [name, sub] of Object.entries(schema.properties))
      if (name in value)
        walk(root, sub, value[name], `${place}/${name}`, visit,
             [...path, name]);
  }
  if (schema.items && Array.isArray(value))
    value.forEach((item, i) => walk(root, schema.items, item, place + "/*",
                                    visit, [...path, i]));
}

// Calls visit(schema, place) for every part of a schema, each place once.
export function parts(root, schema, place, visit, seen = new Set()) {
  ({schema, place} = resolve(root, schema, place));
  if (seen.has(place)) return;
  seen.add(place);
  visit(schema, place);
  for (const [name, sub] of Object.entries(schema.properties ?? {}))
    parts(root, sub, `${place}/${name}`, visit, seen);
  for (const part of schema.allOf ?? [])
    parts(root, part, place + "/allOf", visit, seen);
  for (const branch of schema.anyOf ?? [])
    if (branch.type !== "null")
      parts(root, branch, place + "/anyOf", visit, seen);
  if (schema.items) parts(root, schema.items, place + "/*", visit, seen);
}

// A copy that takes no key, and no word of an open vocabulary, that it does
// not describe.  `ids`: those that `p2pcheck explain` knows.
export function closed(schema, ids) {
  const copy = structuredClone(schema);
  const open = new Set();  // definitions that others add keys to
  const each = (s, found) => {
    if (s === null || typeof s !== "object") return;
    found(s);
    for (const sub of Object.values(s)) each(sub, found);
  };
  each(copy, (s) => {
    for (const part of Array.isArray(s.allOf) ? s.allOf : [])
      open.add(part.$ref.replace("#/$defs/", ""));
  });
  const bases = new Set([...open].map((name) => copy.$defs[name]));
  const inAllOf = new Set();
  each(copy, (s) => Array.isArray(s.allOf) &&
                    s.allOf.forEach((part) => inAllOf.add(part)));
  each(copy, (s) => {
    const isSchema = s.type !== undefined || s.$ref !== undefined;
    if (!isSchema || typeof (s.type ?? "") === "object" && !Array.isArray(
      s.type)) return;  // `properties` may have a key named "type"
    const toBase = typeof s.$ref === "string" && !inAllOf.has(s) &&
                   open.has(s.$ref.replace("#/$defs/", ""));
    if ((s.properties && !bases.has(s)) || toBase)
      s.unevaluatedProperties = false;
    if (Array.isArray(s.examples))
      s.enum = [...s.examples, ...([s.type].flat().includes("null") ?
                                   [null] : [])];
  });
  if (copy.$defs?.explained_id && ids.length)
    copy.$defs.explained_id.enum = ids;
  return copy;
}
