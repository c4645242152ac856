// What makes the bundle start faster than its packages would.
import { resolve } from 'node:path';

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

/** Of these modules undici wants one number, and names of HTTP/2, which is not switched on. Node takes long to load them. */
const hardlyUsed = {
  'node:http': 'export const maxHeaderSize = 16384;',
  'node:http2': 'export const constants = {};',
};

/** Only the bare name is another module: that one itself imports files of the package. */
export const leanUndici = {
  name: 'lean-undici',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, () => ({ path: resolve('.build/undici.mjs') }));
    onResolve({ filter: /^node:http2?$/ }, ({ importer, path }) =>
      /[/\\]undici[/\\]/.test(importer) ? { path, namespace: 'hardly-used' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'hardly-used' }, ({ path }) => ({ contents: hardlyUsed[path] }));
  },
};
