// The server of the MCP SDK as one module with a zod of its own: the SDK uses nearly all of zod, and every command
// would load that with the few parts of it that it needs. What serves old schemas and calls that this program never
// makes (zod 3, Ajv: two thirds of the whole) is left out.
import { builtinModules } from 'node:module';
import { build } from 'esbuild';

const entry = `
export { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
export { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';`;

/** What is left out, and what stands in its place. */
const unused = [
  [/^zod\/v3$/, `export function object() { throw new Error('zod 3 was left out'); }`],
  [/^zod-to-json-schema$/, `export function zodToJsonSchema() { throw new Error('zod 3 was left out'); }`],
  [/\/ajv-provider\.js$/, 'export class AjvJsonSchemaValidator {}'],
];

const withoutUnused = {
  name: 'without-unused',
  setup({ onResolve, onLoad }) {
    for (const [filter, contents] of unused) {
      const namespace = `unused-${filter.source}`;
      onResolve({ filter }, ({ path }) => ({ path, namespace }));
      onLoad({ filter: /.*/, namespace }, () => ({ contents }));
    }
  },
};

/** Gives the bundle that module wherever the SDK's server is imported; `inputs` gets the files that it is made of. */
export function leanMcpSdk(inputs) {
  return {
    name: 'lean-mcp-sdk',
    setup({ onResolve, onLoad }) {
      const filter = /^@modelcontextprotocol\/sdk\/server\/(mcp|stdio)\.js$/;
      onResolve({ filter }, () => ({ path: 'mcp-sdk', namespace: 'lean-mcp-sdk' }));
      onLoad({ filter: /.*/, namespace: 'lean-mcp-sdk' }, async () => {
        const { outputFiles, metafile } = await build({
          stdin: { contents: entry, resolveDir: process.cwd() },
          bundle: true,
          write: false,
          format: 'esm',
          platform: 'node',
          target: 'node20.18',
          metafile: true,
          external: builtinModules,
          plugins: [withoutUnused],
        });
        inputs.push(...Object.keys(metafile.inputs));
        return { contents: outputFiles[0].text };
      });
    },
  };
}
