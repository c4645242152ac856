import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Most tests wait for child processes: one worker fewer than there are cores would leave the machine idle.
    maxWorkers: 4,
  },
});
