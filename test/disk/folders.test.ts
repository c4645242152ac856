import { describe, expect, test } from 'vitest';
import { configFolder, stateFolder } from '../../src/disk/user-folders.ts';
import type { Surroundings } from '../../src/world.ts';

const systems = {
  linux: { platform: 'linux', home: '/home/u' },
  macos: { platform: 'darwin', home: '/Users/u' },
  windows: { platform: 'win32', home: 'C:\\Users\\u' },
} as const;

type Row = [keyof typeof systems | 'nowhere', Record<string, string>, string | undefined];

/** A homeless account of each kind comes out the same: `nowhere` stands for Linux. */
function on(name: Row[0], env: Record<string, string>): Surroundings {
  const system = name === 'nowhere' ? { platform: 'linux' as const, home: undefined } : systems[name];
  return { ...system, env, readText: () => undefined };
}

describe('the settings', () => {
  test.each<Row>([
    ['linux', {}, '/home/u/.config/runapi-imagen'],
    ['linux', { XDG_CONFIG_HOME: '/x' }, '/x/runapi-imagen'],
    ['linux', { XDG_CONFIG_HOME: '' }, '/home/u/.config/runapi-imagen'],
    ['linux', { XDG_CONFIG_HOME: 'x' }, '/home/u/.config/runapi-imagen'],
    ['linux', { APPDATA: '/a', LOCALAPPDATA: '/l' }, '/home/u/.config/runapi-imagen'],
    ['macos', {}, '/Users/u/Library/Preferences/runapi-imagen'],
    ['macos', { XDG_CONFIG_HOME: '/x' }, '/x/runapi-imagen'],
    ['windows', {}, 'C:\\Users\\u\\AppData\\Roaming\\runapi-imagen\\Config'],
    ['windows', { APPDATA: '' }, 'C:\\Users\\u\\AppData\\Roaming\\runapi-imagen\\Config'],
    ['windows', { APPDATA: 'D:\\Roaming' }, 'D:\\Roaming\\runapi-imagen\\Config'],
    ['windows', { APPDATA: '\\\\server\\u' }, '\\\\server\\u\\runapi-imagen\\Config'],
    ['windows', { APPDATA: 'D:\\R', XDG_CONFIG_HOME: 'D:\\x' }, 'D:\\x\\runapi-imagen'],
    ['windows', { XDG_CONFIG_HOME: 'x' }, 'C:\\Users\\u\\AppData\\Roaming\\runapi-imagen\\Config'],
    ['nowhere', {}, undefined],
    ['nowhere', { XDG_CONFIG_HOME: '/x' }, '/x/runapi-imagen'],
  ])('on %s with %j are in %s', (system, env, folder) => {
    expect(configFolder(on(system, env))).toBe(folder);
  });
});

describe('the record', () => {
  test.each<Row>([
    ['linux', {}, '/home/u/.local/state/runapi-imagen'],
    ['linux', { XDG_STATE_HOME: '/x' }, '/x/runapi-imagen'],
    ['linux', { XDG_STATE_HOME: './x' }, '/home/u/.local/state/runapi-imagen'],
    ['linux', { XDG_CONFIG_HOME: '/x' }, '/home/u/.local/state/runapi-imagen'],
    ['macos', {}, '/Users/u/Library/Application Support/runapi-imagen/state'],
    ['macos', { XDG_STATE_HOME: '/x' }, '/x/runapi-imagen'],
    ['windows', {}, 'C:\\Users\\u\\AppData\\Local\\runapi-imagen\\State'],
    ['windows', { LOCALAPPDATA: 'D:\\Local' }, 'D:\\Local\\runapi-imagen\\State'],
    ['windows', { LOCALAPPDATA: 'D:\\L', XDG_STATE_HOME: 'E:/x' }, 'E:\\x\\runapi-imagen'],
    ['windows', { XDG_STATE_HOME: 'x' }, 'C:\\Users\\u\\AppData\\Local\\runapi-imagen\\State'],
    ['nowhere', {}, undefined],
    ['nowhere', { XDG_STATE_HOME: '/x' }, '/x/runapi-imagen'],
  ])('on %s with %j is in %s', (system, env, folder) => {
    expect(stateFolder(on(system, env))).toBe(folder);
  });
});
