import { type Page } from 'playwright-core';
/** No Chromium: the tests that need one are skipped. */
export declare const noBrowser: boolean;
export interface Opened {
    page: Page;
    /** What went to the console, and what was thrown. */
    complaints: string[];
    /** Addresses that were asked for, but for the files of this machine and `data:`. */
    outside: string[];
}
/** Opens a page from its file, as somebody does who was given it. */
export declare function openPage(path: string, scheme?: 'light' | 'dark'): Promise<Opened>;
/** Fails for whatever axe-core finds. */
export declare function expectAccessible(page: Page): Promise<void>;
