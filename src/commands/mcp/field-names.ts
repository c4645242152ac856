const fields: Readonly<Record<string, string>> = {
  '--model': '`model`',
  '--ratio': '`aspect_ratio`',
  '--negative': '`negative_prompt`',
  '--seed': '`seed`',
  '--dir': '`folder`',
  '--output': '`file_name`',
  '--timeout': '`wait_seconds`',
  '--wait': '`wait_seconds`',
  '--new': '`new: true`',
  '--max-cost': '`max_cost_usd`',
};

/** What is said to people in terms of flags, in terms of the tools' fields. */
export function inFields(text: string): string {
  return text.replace(/--[a-z][a-z-]*/g, (flag) => fields[flag] ?? flag);
}
