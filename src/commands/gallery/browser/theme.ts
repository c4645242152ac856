import { signButton } from './make.ts';

const memory = 'runapi-imagen theme';
const moon = 'M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7Z';

/** Light or dark as the system has it, until somebody chooses. */
export function createTheme(): { button: HTMLButtonElement; toggle(): void } {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const chosen = remembered();
  if (chosen) root.dataset.theme = chosen;

  function toggle(): void {
    const now = root.dataset.theme ?? (system.matches ? 'dark' : 'light');
    const next = now === 'dark' ? 'light' : 'dark';
    root.dataset.theme = next;
    try {
      localStorage.setItem(memory, next);
    } catch {
      // A page from a file may have no memory.
    }
  }

  return { button: signButton('Light or dark (t)', moon, toggle), toggle };
}

function remembered(): string | undefined {
  try {
    const value = localStorage.getItem(memory);
    return value === 'light' || value === 'dark' ? value : undefined;
  } catch {
    return undefined;
  }
}
