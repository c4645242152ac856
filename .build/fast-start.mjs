// What makes the bundle start faster than its packages would.

/** commander loads child_process for commands that are programs of their own: there are none here. */
export const leanCommander = {
  name: 'lean-commander',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?child_process$/ }, ({ importer }) =>
      importer.includes('/commander/') ? { path: 'nothing', namespace: 'empty' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: '' }));
  },
};

/**
 * Node's own modules straight from the process: an ESM import of `node:fs` first builds a facade of every export,
 * and that takes longer than the rest of a start.
 */
export function withoutFacades(code) {
  return code
    .replace(/import\{([^}]*)\}from"(node:[\w/]+)";/g, (_, names, module) => {
      return `const{${names.replace(/ as /g, ':')}}=process.getBuiltinModule("${module}");`;
    })
    .replace(/import(?:\*as )? ?([\w$]+) ?from"(node:[\w/]+)";/g, 'const $1=process.getBuiltinModule("$2");');
}
