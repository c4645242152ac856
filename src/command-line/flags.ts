/** The flags that every command takes, and what they mean. */
export const globalFlags = [
  ['--json', 'print JSON on stdout, one object a line'],
  ['-q, --quiet', 'say nothing but errors on stderr'],
  ['--verbose', 'show each HTTP exchange on stderr, without the key'],
  ['--no-color', 'use no colour'],
  ['--base-url <url>', 'the address of the service (default: https://runapi.ai)'],
] as const;
