// npm run release: tags the version of package.json once everything says that it can go out. Pushing the tag publishes
// it (.github/workflows/release.yml), which asks once more: npm run release -- --check v1.2.3
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const tag = `v${version}`;
const [flag, pushed] = process.argv.slice(2);
const checksOnly = flag === '--check';
const problems = checksOnly ? unfit() : [...unfit(), ...unready()];

if (problems.length > 0) {
  for (const problem of problems) console.error(`not released: ${problem}`);
  process.exitCode = 1;
} else if (!checksOnly) {
  for (const script of ['test', 'test:slow'])
    execFileSync('npm', ['run', script], { stdio: 'inherit', shell: process.platform === 'win32' });
  git('tag', '--annotate', tag, '--message', `Version ${version}`);
  console.log(`Tagged ${tag}. Publish it: git push origin main ${tag}`);
}

/** What no machine may publish. */
function unfit() {
  const heading = new RegExp(`^## ${version.replaceAll('.', '\\.')} \\((.*)\\)$`, 'm');
  const [, date] = heading.exec(readFileSync('CHANGELOG.md', 'utf8').replaceAll('\r', '')) ?? [];
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  return [
    checksOnly && pushed !== tag && `the tag is ${pushed}, and package.json says ${version}`,
    lock.version !== version && `package-lock.json says ${lock.version}, and package.json ${version}`,
    !/^\d{4}-\d\d-\d\d$/.test(date ?? '') && `CHANGELOG.md has no "## ${version} (year-month-day)"`,
  ].filter(Boolean);
}

/** What has to be done first on the machine that tags. */
function unready() {
  return [
    git('status', '--porcelain') !== '' && 'there are changes that are not committed',
    git('tag', '--list', tag) !== '' && `there is a tag ${tag}: a version goes out once`,
  ].filter(Boolean);
}

function git(...words) {
  return execFileSync('git', words, { encoding: 'utf8' }).trim();
}
