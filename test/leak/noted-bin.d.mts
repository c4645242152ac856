export function makeNotedBin(folder: string, bin: string, plant?: boolean): Promise<{ path: string; writes: string }>;
