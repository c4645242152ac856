import { frontmatter } from './frontmatter.ts';
import instructions from './instructions.md';
import { stamped } from './stamp.ts';
import type { TargetName } from './targets.ts';

/** What of the skill depends on the machine that it is for. */
export interface SkillPlace {
  target: TargetName | undefined;
  /** How an agent calls the program: `runapi-imagen`, or through npx. */
  run: string;
  /** Where the pictures are to go; a folder below the current one unless it is given. */
  images: string | undefined;
}

/** The whole SKILL.md. Every command in it works when it is pasted into a POSIX shell. */
export function skillText({ target, run, images }: SkillPlace): string {
  const words: Readonly<Record<string, string>> = {
    run,
    dir: `--dir ${images === undefined ? 'pictures' : shellWord(images)}`,
    handover: (target && handover[target]) ?? handOverPath,
  };
  const body = instructions.replace(/\{\{(\w+)\}\}/g, (written, word: string) => words[word] ?? written);
  return stamped(`${frontmatter(target)}\n${body}\n`, 'markdown');
}

/** Quoted for a POSIX shell, where it needs to be. */
function shellWord(text: string): string {
  return /^[\w/.+@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

const handOverPath =
  'Give the user the absolute path of each picture and, where you can show files, the picture itself. Say what it cost.';

const handover: Partial<Record<TargetName, string>> = {
  hermes:
    'Write the absolute path of each picture on a line of its own in your answer: the chat platform sends the file.\n' +
    'Pictures in `cache/images` of the Hermes home may be sent on every platform. In a sandboxed terminal that folder is\n' +
    'not there: leave `--dir` out and hand over the file from the current folder. Say what it cost.',
  openclaw: 'Attach each picture by its absolute path to your answer. Say what it cost.',
};
