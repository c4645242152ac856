import { createHash } from 'node:crypto';
import dialogs from './browser/dialogs.css?inline';
import base from './browser/page.css?inline';
import script from './browser/page.ts?inline';
import print from './browser/print.css?inline';
import tiles from './browser/tiles.css?inline';
import { escapeHtml, type GalleryPicture, type Source, shapeName, tile } from './tile.ts';

/** Marks a gallery within its first bytes, so that it may be replaced by the next one. */
export const galleryMark = '<!doctype html><!-- runapi-imagen gallery -->';

export interface GalleryPage {
  title: string;
  /** One line about the whole. */
  summary: string;
  /** The view at the start. */
  view: 'grid' | 'matrix';
  pictures: readonly GalleryPicture[];
  source: Source;
}

/** Writes the page piece by piece. It needs nothing from outside, and its policy forbids it to ask. */
export async function* galleryPage(page: GalleryPage): AsyncGenerator<string> {
  const { title, summary, view, pictures, source } = page;
  const style = [base, tiles, dialogs, print, ...shapeRules(pictures)].join('');
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
<header class="top">
<div><h1 dir="auto">${escapeHtml(title)}</h1><p class="summary">${escapeHtml(summary)}</p></div>
<div class="tools"></div>
</header>
<main>
<ul class="tiles" id="tiles" aria-label="Pictures">
`;
  for (const picture of pictures) yield await tile(picture, source);
  yield `</ul>
</main>
<script>${script}</script>
</body>
</html>
`;
}

/** Makes a rule for each shape among the pictures: `--shape` is the width divided by the height. */
function shapeRules(pictures: readonly GalleryPicture[]): Set<string> {
  return new Set(
    pictures.map((picture) => {
      const shape = Math.min(8, Math.max(1 / 8, picture.width / picture.height)).toFixed(4);
      return `[data-shape="${shapeName(picture)}"]{--shape:${shape}}`;
    }),
  );
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
