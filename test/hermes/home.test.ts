import { describe, expect, it } from 'vitest';
import { hermesHome, hermesPlace } from '../../src/hermes/home.ts';
import { machine } from './surroundings.ts';

describe('the home of Hermes', () => {
  const windows = { platform: 'win32', home: 'C:\\Users\\u' } as const;
  const local = { LOCALAPPDATA: 'D:\\Local' };
  it.each([
    ['is ~/.hermes', machine({}), '/home/u/.hermes'],
    ['is the same on macOS', machine({}, { platform: 'darwin', home: '/Users/u' }), '/Users/u/.hermes'],
    ['is HERMES_HOME where that is set', machine({}, { env: { HERMES_HOME: ' /opt/h ' } }), '/opt/h'],
    ['needs no home folder then', machine({}, { env: { HERMES_HOME: '/opt/h' }, home: undefined }), '/opt/h'],
    ['is ~/.hermes where HERMES_HOME is blank', machine({}, { env: { HERMES_HOME: '  ' } }), '/home/u/.hermes'],
    ['is unknown without a home folder', machine({}, { home: undefined }), undefined],
    ['is unknown where the home folder is empty text', machine({}, { home: '' }), undefined],
    ['is under LOCALAPPDATA on Windows', machine({}, { ...windows, env: local }), 'D:\\Local\\hermes'],
    ['is under AppData\\Local without LOCALAPPDATA', machine({}, windows), 'C:\\Users\\u\\AppData\\Local\\hermes'],
    [
      'is ~\\.hermes on Windows where only that has settings',
      machine({ 'C:\\Users\\u\\.hermes\\.env': '' }, { ...windows, env: local }),
      'C:\\Users\\u\\.hermes',
    ],
    [
      'is under LOCALAPPDATA where both have settings',
      machine(
        { 'C:\\Users\\u\\.hermes\\config.yaml': '', 'D:\\Local\\hermes\\config.yaml': { code: 'EACCES' } },
        { ...windows, env: local },
      ),
      'D:\\Local\\hermes',
    ],
    [
      'is under LOCALAPPDATA where the user has no home folder',
      machine({}, { ...windows, env: local, home: undefined }),
      'D:\\Local\\hermes',
    ],
  ])('%s', (_, surroundings, home) => {
    expect(hermesHome(surroundings)).toBe(home);
  });
});

describe('the active profile', () => {
  const root = '/home/u/.hermes';
  const file = `${root}/active_profile`;
  const notAName = `${file} does not name a profile`;
  it.each([
    ['names a home of its own', 'work\n', `${root}/profiles/work`, 'work', []],
    ['may begin with a BOM', '\uFEFFwork', `${root}/profiles/work`, 'work', []],
    ['is the root where the file is empty', ' \n', root, undefined, []],
    ['is the root where it is called default', 'default\n', root, undefined, []],
    ['leads nowhere outside profiles/', '../../etc', root, undefined, [notAName]],
    ['is no absolute path', '/etc', root, undefined, [notAName]],
    ['is not two dots', '..', root, undefined, [notAName]],
    ['is one line', 'work\nplay', root, undefined, [notAName]],
    ['is at most 64 letters', 'w'.repeat(65), root, undefined, [notAName]],
    ['is text', 'w\0o\0', root, undefined, [`${file} is not UTF-8 text: save it as UTF-8`]],
    ['is a small file', ' '.repeat(2 ** 20 + 1), root, undefined, [`${file} is larger than 1 MB and was skipped`]],
    ['is readable', { code: 'EPERM' }, root, undefined, [`${file} cannot be read: permission denied`]],
    ['may lie under something that is no folder', { code: 'ENOTDIR' }, root, undefined, []],
    ['may fail in any way', { code: 'EIO' }, root, undefined, [`${file} cannot be read (EIO)`]],
  ])('%s', (_, content, home, profile, problems) => {
    expect(hermesPlace(machine({ [file]: content }))).toMatchObject({ home, profile, problems });
  });

  it('is not asked where HERMES_HOME is set, which may be a profile itself', () => {
    const surroundings = machine({ [file]: 'work' }, { env: { HERMES_HOME: `${root}/profiles/play/` } });
    expect(hermesPlace(surroundings)).toEqual({
      home: `${root}/profiles/play/`,
      profile: 'play',
      profileFile: undefined,
      problems: [],
    });
  });
});
