// The types of the JSON lines for TypeScript users, made from the schema that `generate --json-schema` prints.

/** Returns the text of a declaration file: an interface for each object with a title, and `Line` for any of the lines. */
export function typesOf({ title, anyOf }) {
  const interfaces = new Map();

  function typeOf(schema) {
    const { type } = schema;
    if (schema.anyOf) return schema.anyOf.map(typeOf).join(' | ');
    if (schema.const !== undefined) return JSON.stringify(schema.const);
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
    if (Array.isArray(type)) return type.join(' | ');
    if (type === 'array') return `Array<${typeOf(schema.items)}>`;
    if (type === 'object') return interfaceOf(schema);
    return type === 'integer' ? 'number' : (type ?? 'unknown');
  }

  function interfaceOf({ title: name, description, properties, required }) {
    const fields = Object.entries(properties).map(([field, schema]) => {
      const mark = required.includes(field) ? '' : '?';
      return `${comment(schema.description, '  ')}  ${field}${mark}: ${typeOf(schema)};\n`;
    });
    interfaces.set(name, `${comment(description)}export interface ${name} {\n${fields.join('')}}\n`);
    return name;
  }

  const line = anyOf.map(typeOf).join(' | ');
  const about = comment(`${title}. Fields may be added in later versions.`);
  return [`${about}export type Line = ${line};\n`, ...interfaces.values()].join('\n');
}

function comment(text, indent = '') {
  return text ? `${indent}/** ${text} */\n` : '';
}
