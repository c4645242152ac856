import { createSupportsTerminalGraphics } from 'supports-terminal-graphics';

/** How a terminal shows pictures: by a protocol of its own, or as coloured half-blocks. */
export type Graphics = 'kitty' | 'iterm2' | 'sixel' | 'blocks';

/** What the terminal says of itself in the environment. */
export function graphicsOf(env: Readonly<Record<string, string | undefined>>): Graphics {
  // A multiplexer passes none of this on, and leaves the variables of the terminal around it as they are.
  const isInside = env.TMUX || env.STY || env.ZELLIJ || /^(screen|tmux)/.test(env.TERM ?? '');
  // VS Code shows pictures only where a setting allows it, of which it says nothing: half-blocks are always seen.
  if (isInside || env.TERM_PROGRAM === 'vscode') return 'blocks';
  const supports = createSupportsTerminalGraphics({ isTTY: true });
  if (supports.kitty) return 'kitty';
  if (supports.iterm2) return 'iterm2';
  return supports.sixel || /^foot\b/.test(env.TERM ?? '') ? 'sixel' : 'blocks';
}
