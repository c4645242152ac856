import { createHash } from 'node:crypto';
import style from './browser/page.css?inline';
import script from './browser/page.ts?inline';
import type { GalleryPicture } from './pictures.ts';
import type { Found } from './sources.ts';

/** Marks a gallery within its first bytes, so that it may be replaced by the next one. */
export const galleryMark = '<!doctype html><!-- runapi-imagen gallery -->';

export interface GalleryPage {
  title: string;
  /** One line about the whole. */
  summary: string;
  /** The view at the start. */
  view: 'grid' | 'matrix';
  pictures: readonly GalleryPicture[];
  find(file: NonNullable<GalleryPicture['file']>): Promise<Found>;
}

/** Writes the page piece by piece. It needs nothing from outside, and its policy forbids it to ask. */
export async function* galleryPage({ title, summary, view, pictures, find }: GalleryPage): AsyncGenerator<string> {
  const policy = [
    "default-src 'none'",
    "img-src 'self' file: data:",
    `style-src '${hashOf(style)}'`,
    `script-src '${hashOf(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  yield `${galleryMark}
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body data-view="${view}">
<header>
<div><h1 dir="auto">${escapeHtml(title)}</h1><p class="summary quiet">${escapeHtml(summary)}</p></div>
<div class="tools">
<input id="search" type="search" placeholder="Search" aria-label="Search">
<button id="matrix" type="button">Matrix</button><span id="status" class="quiet" role="status"></span></div>
</header>
<main>
<ul class="tiles" id="tiles" aria-label="Pictures">
`;
  for (const picture of pictures) yield tile(picture, picture.file ? await find(picture.file) : undefined);
  yield `</ul>
<div id="rows"></div>
</main>
<footer class="tools quiet">Keys: / search · ← → next · Enter open · x select · c compare · m matrix · y copy command</footer>
<div class="bar tools" id="bar" hidden><span id="count" role="status"></span>
<button id="compare" type="button">Compare</button><button id="paths" type="button">Copy paths</button>
<button id="commands" type="button">Copy commands</button><button id="clear" type="button">Clear</button></div>
<dialog id="viewer" aria-label="Picture">
<div class="stage" id="stage" tabindex="0"></div>
<div class="side">
<div class="tools"><button id="previous" type="button" aria-label="Previous">←</button>
<span id="position" role="status"></span><button id="next" type="button" aria-label="Next">→</button>
<button id="close" type="button">Close</button></div>
<div id="about"></div>
<div class="tools"><button id="command" type="button">Copy command</button>
<button id="pick" type="button">Select</button></div>
</div>
</dialog>
<script>${script}</script>
</body>
</html>
`;
}

/** The caption, with what stands before a text that its name does not stand beside; the viewer shows the rest. */
const caption = { Model: '', Ratio: '', Seed: 'seed ', Number: '', Negative: 'without ', Cost: '', Made: '' };

/** Writes one picture as an item of the list. */
function tile(picture: GalleryPicture, found: Found | undefined): string {
  const { prompt, facts, again = '', width, height, absence } = picture;
  const shown = Object.entries(caption).flatMap(([name, before]) => {
    const text = facts.get(name);
    return text === undefined ? [] : [{ name, text: before + text }];
  });
  const telling = shown.filter(({ name }) => name !== 'Cost' && name !== 'Made');
  const alt = escapeHtml([prompt, ...telling.map(({ text }) => text)].join(', '));
  const hasImage = found !== undefined && 'address' in found;
  const look = hasImage
    ? `<img alt="${alt}" width="${width}" height="${height}" loading="lazy" decoding="async" src="${escapeHtml(found.address)}">`
    : `<span class="absence" dir="auto">${escapeHtml(found?.why ?? absence)}</span>`;
  const spans = shown.map(({ name, text }) => `<span class="${name.toLowerCase()}">${escapeHtml(text)}</span>`);
  const all = [...facts].map(([name, text]) => `<dt>${name}</dt><dd>${escapeHtml(text)}</dd>`);
  return `<li class="tile${picture.file ? '' : ' unmade'}" data-again="${escapeHtml(again)}">
<button class="open${hasImage ? '' : ' absent'}" type="button">${look}</button>
<label class="pick"${hasImage ? '' : ' hidden'}><input type="checkbox" aria-label="Select: ${alt}"></label>
<p class="prompt" dir="auto">${escapeHtml(prompt)}</p>
<p class="facts quiet">${spans.join(' ')}</p>
<dl hidden>${all.join('')}</dl></li>
`;
}

/**
 * Makes a text safe in an element or a quoted attribute. Control characters, which HTML does not allow, and halves of
 * characters become U+FFFD.
 */
function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/[^\P{Cc}\n\r\t]|[\p{Cs}\ufffe\uffff]/gu, '\ufffd');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
