// Loaded with --import before the program: when it ends, writes the most memory that it held, in bytes, to NOTE_PEAK.
import { readFileSync, writeFileSync } from 'node:fs';

const note = process.env.NOTE_PEAK;

process.on('exit', () => writeFileSync(note, String(peak() * 1024)));

/** In KiB. Linux also counts in maxRSS what the parent held before the program began. */
function peak() {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}
