/** A shorter text than this would take the output to pieces, and is no key. */
const shortestSecret = 8;

/** Takes secrets out of every text, also as JSON and URLs write them. */
export function createRedactor(): {
  keep(secret: string): void;
  redact(text: string): string;
} {
  const secrets = new Set<string>();
  return {
    keep(secret) {
      if (secret.length < shortestSecret) return;
      const quoted = inJson(secret);
      // Quoted in a message that is then printed as JSON: longest first, or a part of it would be left.
      for (const form of [inJson(quoted), quoted, secret, encodeURIComponent(secret)]) secrets.add(form);
    },
    redact(text) {
      let clean = text;
      for (const secret of secrets) if (clean.includes(secret)) clean = clean.replaceAll(secret, '[key]');
      return clean;
    },
  };
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
