import type { Declaration } from '../../command-line/declaration.ts';
import { withFlags } from '../../command-line/flags.ts';

export const doctorCommand: Declaration = {
  name: 'doctor',
  summary: 'check key, address, service and folders, free of charge',
  about:
    'Check everything that generate needs: settings, key, address, service and folders. Each line either passes or says ' +
    'what to do. Nothing is bought. Exits 0 only if generate would work.',
  examples: [
    'doctor',
    'doctor --base-url http://127.0.0.1:4010',
    'doctor --json | jq -r \'select(.state != "ok") | .message, .hint\'',
  ],
  flags: withFlags('sandbox'),
  run: async (context, _words, flags: { sandbox?: boolean }) =>
    (await import('./run.ts')).doctor(context, flags.sandbox),
};
