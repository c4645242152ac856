// The types of the `--json` lines for TypeScript users, made of the JSON Schema that the program prints.
import { build } from 'esbuild';

/** The text of a declaration file: an interface for every object with a title, and `Line` for any of the lines. */
export async function typesOf(schemaFile) {
  const { taskSchema } = await load(schemaFile);
  const { title, anyOf } = taskSchema();
  const interfaces = new Map();

  function typeOf(schema) {
    if (schema.anyOf) return schema.anyOf.map(typeOf).join(' | ');
    if ('const' in schema) return JSON.stringify(schema.const);
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
    if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(' | ');
    if (schema.type === 'array') return `Array<${typeOf(schema.items)}>`;
    if (schema.type === 'object') return nameOf(schema);
    if (['string', 'number', 'boolean', 'null'].includes(schema.type)) return schema.type;
    if (schema.type === undefined) return 'unknown';
    throw new Error(`no TypeScript type is known for ${JSON.stringify(schema)}`);
  }

  function nameOf(schema) {
    if (!schema.title) throw new Error(`an object without a title: ${Object.keys(schema.properties)}`);
    const fields = Object.entries(schema.properties).map(([name, field]) => {
      const mark = schema.required.includes(name) ? '' : '?';
      return `${comment(field, '  ')}  ${name}${mark}: ${typeOf(field)};\n`;
    });
    const text = `${comment(schema)}export interface ${schema.title} {\n${fields.join('')}}\n`;
    const before = interfaces.get(schema.title) ?? text;
    if (before !== text) throw new Error(`two kinds of ${schema.title}`);
    interfaces.set(schema.title, text);
    return schema.title;
  }

  const line = `${comment({ description: `${title}. Fields may be added in later versions.` })}export type Line = ${anyOf.map(typeOf).join(' | ')};\n`;
  return [line, ...interfaces.values()].join('\n');
}

/** The schema's module, bundled for this process alone. */
async function load(file) {
  const { outputFiles } = await build({ entryPoints: [file], bundle: true, write: false, format: 'esm' });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

function comment({ description }, indent = '') {
  return description ? `${indent}/** ${description} */\n` : '';
}
