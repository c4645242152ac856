/** A picture as the gallery shows it. All texts are as they came, and none is markup. */
export interface GalleryPicture {
  /** As it was saved; undefined where nothing was made. */
  file: PictureFile | undefined;
  /** Why nothing was made. */
  absence: string;
  /** Pixels. */
  width: number;
  height: number;
  prompt: string;
  /** Milliseconds since 1970. */
  madeAt: number;
  /** The command that makes it again; undefined where no task is known. */
  again: string | undefined;
  /** Facts about the picture by name, in reading order. */
  facts: Map<string, string>;
  /** Names of the facts that tell it from other pictures of the same prompt. */
  differs: readonly string[];
}

/** A picture as it was saved. */
export interface PictureFile {
  /** Absolute. */
  path: string;
  bytes: number;
  mime: string;
  sha256: string;
}

/** Where the page gets a picture from, or why it cannot. */
export type Found = { address: string } | { lost: 'missing' | 'changed'; why: string };

export type Source = (file: PictureFile) => Promise<Found>;

/** The caption; the viewer shows the rest. */
const shown = ['Model', 'Ratio', 'Seed', 'Number', 'Negative', 'Cost'];

/** Writes one picture as an item of the list. */
export async function tile(picture: GalleryPicture, source: Source): Promise<string> {
  const { file, prompt, facts, differs, madeAt, again } = picture;
  const spans = shown.flatMap((name) => {
    const text = facts.get(name);
    if (!text || (name === 'Negative' && !differs.includes(name))) return [];
    const element = differs.includes(name) ? 'b' : 'span';
    return [`<${element} class="${name.toLowerCase()}">${escapeHtml(said(name, text))}</${element}>`];
  });
  const time = `<time datetime="${new Date(madeAt).toISOString()}">${escapeHtml(facts.get('Made') ?? '')}</time>`;
  const more = [...facts].map(([name, text]) => `<dt>${name}</dt><dd>${escapeHtml(text)}</dd>`);
  const data = again === undefined ? '' : ` data-again="${escapeHtml(again)}"`;
  return `<li class="tile${file ? '' : ' unmade'}" data-shape="${shapeName(picture)}"${data}>
${await frame(picture, source)}
<div class="caption"><p class="prompt" dir="auto"${languageOf(prompt)}>${escapeHtml(prompt)}</p>
<p class="facts">${spans.join('')}${time}</p></div>
<dl class="more" hidden>${more.join('')}</dl></li>
`;
}

const words: Readonly<Record<string, string>> = { Seed: 'seed ', Negative: 'without ' };

/** Says a fact where its name does not stand beside it. */
export function said(name: string, text: string): string {
  return text && (words[name] ?? '') + text;
}

async function frame(picture: GalleryPicture, source: Source): Promise<string> {
  const { file, absence, prompt, facts, differs, width, height } = picture;
  const found = file ? await source(file) : { why: absence };
  if ('why' in found) {
    const why = `<span class="absence" dir="auto">${escapeHtml(found.why)}</span>`;
    return `<button class="open absent" type="button">${why}</button>`;
  }
  const size = `width="${width}" height="${height}" loading="lazy" decoding="async"`;
  const texts = differs.flatMap((name) => said(name, facts.get(name) ?? '') || []);
  const image = `<img alt="${escapeHtml([prompt, ...texts].join(', '))}" ${size} src="${escapeHtml(found.address)}">`;
  return `<button class="open" type="button">${image}</button>`;
}

/** Names the shape of a picture for the style sheet: the policy of the page allows no styles of elements. */
export function shapeName({ width, height }: Pick<GalleryPicture, 'width' | 'height'>): string {
  return `${width}x${height}`;
}

/** Tells two languages by their letters: how lines break, and which letters are drawn, depends on it. */
function languageOf(text: string): string {
  if (/\p{Script=Hangul}/u.test(text)) return ' lang="ko"';
  return /[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text) ? ' lang="ja"' : '';
}

/**
 * Makes a text safe in an element or a quoted attribute. Control characters, which HTML does not allow, and halves of
 * characters become U+FFFD.
 */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/[^\P{Cc}\n\r\t]|[\p{Cs}\ufffe\uffff]/gu, '\ufffd');
}
