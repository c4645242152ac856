/** A picture as the gallery shows it: all texts are as they came, and none is markup. */
export interface GalleryPicture {
  /** Undefined where there is none. */
  file: PictureFile | undefined;
  /** Why there is no picture, in the user's words. */
  absence: string | undefined;
  /** Whether something was made, whatever became of its file. */
  made: boolean;
  /** Pixels. */
  width: number;
  height: number;
  prompt: string;
  model: string;
  ratio: string;
  /** Milliseconds since 1970. */
  madeAt: number;
  /** What there is to know of it, in the order in which it is read. */
  facts: readonly Fact[];
}

export interface PictureFile {
  /** Absolute. */
  path: string;
  bytes: number;
  mime: string;
}

export interface Fact {
  name:
    | 'Model'
    | 'Ratio'
    | 'Seed'
    | 'Size'
    | 'Cost'
    | 'Made'
    | 'Avoids'
    | 'Task'
    | 'Row'
    | 'File'
    | 'Command';
  text: string;
}
