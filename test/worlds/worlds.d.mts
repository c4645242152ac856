import type { Some } from './some-worlds.ts';
import type { World } from './world.ts';

/** Lives worlds in threads, and calls `seen` with each. Ends early where that returns true. */
export function liveWorlds(some: Some, seen: (world: World) => boolean): Promise<void>;
