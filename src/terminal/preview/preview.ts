import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { supportsColorStderr } from 'chalk';
import { createSupportsTerminalGraphics } from 'supports-terminal-graphics';
import type { PixelSize } from '../../image/byte-walk.ts';
import type { Cells, Drawing } from './draw.ts';

export interface Screen extends Cells {
  env: Readonly<Record<string, string | undefined>>;
  /** Whether it may be coloured. */
  colour: boolean;
}

/** Few cells are wider. A small picture is not enlarged beyond its own pixels. */
const cellWidth = 8;
/** A cell is about twice as high as it is wide. */
const cellHeight = 2;

/**
 * The picture as the terminal on stderr shows it; undefined where it cannot: the picture cannot be decoded, or the
 * terminal has neither graphics nor colours.
 * @param program this program's own file. It draws in a thread of its own, because a picture may be made to take minutes
 * @param signal ends the thread
 */
export async function preview(
  path: string,
  size: PixelSize,
  screen: Screen,
  program: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const graphics = graphicsOf(screen.env);
  const colourLevel = screen.colour && supportsColorStderr ? supportsColorStderr.level : 0;
  if (graphics === 'blocks' && colourLevel === 0) return undefined;
  const widest = graphics === 'blocks' ? size.width : Math.ceil(size.width / cellWidth);
  return await drawInThread({ path, graphics, cells: cellsFor(size, screen, widest), colourLevel }, program, signal);
}

const mostHeapMegabytes = 512;

async function drawInThread(drawing: Drawing, program: string, signal: AbortSignal): Promise<string | undefined> {
  const resourceLimits = { maxOldGenerationSizeMb: mostHeapMegabytes };
  const worker = new Worker(program, { argv: ['__draw'], workerData: drawing, resourceLimits });
  try {
    const [text] = await once(worker, 'message', { signal });
    return text as string | undefined;
  } catch (error) {
    throw signal.aborted ? new Error('it takes too long to decode') : error;
  } finally {
    await worker.terminate();
  }
}

/** Chooses how to draw, by the environment. */
function graphicsOf(env: Screen['env']): Drawing['graphics'] {
  // A multiplexer passes no pictures on, and leaves the variables of the terminal around it as they are.
  const isInside = env.TMUX || env.STY || env.ZELLIJ || /^(screen|tmux)/.test(env.TERM ?? '');
  // VS Code shows pictures only where a setting allows it, and does not tell: half-blocks are always seen.
  if (isInside || env.TERM_PROGRAM === 'vscode') return 'blocks';
  const supports = createSupportsTerminalGraphics({ isTTY: true });
  if (supports.kitty) return 'kitty';
  if (supports.iterm2) return 'iterm2';
  return supports.sixel || /^foot\b/.test(env.TERM ?? '') ? 'sixel' : 'blocks';
}

/** The most cells that a picture may fill with its proportions kept, and no wider than `widest`. */
export function cellsFor({ width, height }: PixelSize, screen: Cells, widest: number): Cells {
  const byHeight = (screen.rows * cellHeight * width) / height;
  const columns = Math.max(1, Math.floor(Math.min(screen.columns, byHeight, widest)));
  const rows = Math.round((columns * height) / width / cellHeight);
  return { columns, rows: Math.max(1, Math.min(screen.rows, rows)) };
}
