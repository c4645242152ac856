import { once } from 'node:events';
import { constants } from 'node:os';

const flag = '--disable-wasm-trap-handler';
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Starts the program anew where a limit on the address space (`ulimit -v`) leaves no room for the 10 GB that V8
 * reserves for a WebAssembly memory: with this flag it reserves none. Returns the exit code, or undefined where there is
 * room, or nothing more can be done.
 */
export async function restarted(process: NodeJS.Process): Promise<number | undefined> {
  if (hasRoom() || process.execArgv.includes(flag)) return undefined;
  const { spawn } = await import('node:child_process');
  const words = [flag, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn(process.execPath, words, { stdio: 'inherit' });
  for (const signal of forwarded) process.on(signal, () => child.kill(signal));
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals];
    return code ?? 128 + constants.signals[signal];
  } catch {
    return undefined; // it could not be started
  }
}

/** Node's types leave it out. */
type WithWasm = { WebAssembly: { Memory: new (pages: { initial: number }) => object } };

function hasRoom(): boolean {
  try {
    return new (globalThis as unknown as WithWasm).WebAssembly.Memory({ initial: 1 }) !== undefined;
  } catch {
    return false;
  }
}
