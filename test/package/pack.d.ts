export declare const project: string;
export interface Packed {
  tarball: string;
  /** A folder outside the project where nothing but the tarball is installed. */
  home: string;
  /** The paths of what went into the bundle, from the build that was packed. */
  bundled: string[];
  licences: string;
  remove(): Promise<void>;
}
/** The package as `npm pack` makes it, installed. From a copy: packing builds dist/ anew, which other tests are using. */
export declare function pack(): Promise<Packed>;
/** The environment of somebody who has that home and calls npm by hand: `npm test` tells its children where they are. */
export declare function envOf(home: string): Record<string, string>;
