// @ts-check
// The fields of a request or an answer, flat: what is within a list or an object has its place before its name.

/** @typedef {{ name: string, type: string, isOptional: boolean, description: string }} Field */

/** @param {any} document @param {any} schema @returns {Field[]} */
export function fieldsOf(document, schema, place = '') {
  const { properties = {}, required = [] } = resolved(document, schema);
  return Object.entries(properties).flatMap(([name, property]) => {
    const one = resolved(document, property);
    const field = { name: place + name, type: typeOf(document, one), isOptional: !required.includes(name), description: property.description ?? '' };
    const [inner, mark] = one.items ? [one.items, '[].'] : [one, '.'];
    return [field, ...fieldsOf(document, inner, `${place}${name}${mark}`)];
  });
}

/** Without references, and without the null beside what it may be. @param {any} document @param {any} schema @returns {any} */
function resolved(document, schema) {
  const { $ref, anyOf } = schema;
  if ($ref) return resolved(document, document.components.schemas[$ref.split('/').at(-1)]);
  const alternatives = anyOf?.filter((/** @type {any} */ one) => one.type !== 'null');
  if (!alternatives) return schema;
  if (alternatives.length !== 1) throw new Error('a field of several kinds, which the reference cannot show');
  return resolved(document, alternatives[0]);
}

/** @param {any} document @param {any} schema resolved @returns {string} */
export function typeOf(document, { type, format, enum: words, oneOf, const: word, items, properties }) {
  if (oneOf) return oneOf.map((/** @type {any} */ one) => typeOf(document, resolved(document, one))).join(' | ');
  if (words) return words.join(' | ');
  if (word !== undefined) return String(word);
  if (items) return `list of ${properties || resolved(document, items).properties ? 'objects' : typeOf(document, resolved(document, items))}`;
  if (properties) return 'object';
  const [plain] = [type].flat().filter((one) => one !== 'null');
  return format && plain === 'string' ? format : plain;
}
