// The types for TypeScript users: of the JSON lines, made from the schema that `generate --json-schema` prints, and of the
// library, made from its source.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const compiler = 'node_modules/typescript/bin/tsc';

/** Returns what the files of src/ declare, as one text without imports: what one takes from another stands in it too. */
export async function declarationsOf(files) {
  const folder = await mkdtemp(join(tmpdir(), 'runapi-imagen-types-'));
  const settings = join(folder, 'tsconfig.json');
  const compilerOptions = {
    noEmit: false,
    emitDeclarationOnly: true,
    declaration: true,
    rootDir: resolve('src'),
    outDir: folder,
    typeRoots: [resolve('node_modules/@types')],
  };
  const inputs = { include: [], exclude: [], files: files.map((file) => resolve(file)) };
  await writeFile(settings, JSON.stringify({ extends: resolve('tsconfig.json'), compilerOptions, ...inputs }));
  execFileSync(process.execPath, [compiler, '-p', settings], { stdio: 'inherit' });
  const texts = await Promise.all(
    files.map((file) => readFile(join(folder, file.replace(/^src\//, '').replace(/ts$/, 'd.ts')), 'utf8')),
  );
  await rm(folder, { recursive: true });
  return texts
    .map((text) => text.replace(/^(import|export) [^;]*?from '[^']*';\n|^export \{[^}]*\};\n/gm, ''))
    .join('');
}

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
