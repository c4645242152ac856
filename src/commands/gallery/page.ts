import { createHash } from 'node:crypto';
import css from './browser/page.css?inline';
import script from './browser/page.ts?inline';
import { escapeHtml } from './escape.ts';
import type { GalleryPicture } from './picture.ts';
import { shapeRules } from './shapes.ts';
import type { Source } from './sources.ts';
import { tile } from './tile.ts';

/** What tells a gallery of ours from any other file, within its first bytes. */
export const galleryMark = '<!doctype html><!-- runapi-imagen gallery -->';

export interface GalleryPage {
  title: string;
  /** One line about the whole. */
  summary: string;
  /** The rows of a batch are looked at as a matrix first. */
  view: 'grid' | 'matrix';
  pictures: readonly GalleryPicture[];
  source: Source;
}

/** The page, piece by piece. It needs nothing from outside, and its policy forbids it to ask. */
export async function* galleryPage({
  title,
  summary,
  view,
  pictures,
  source,
}: GalleryPage): AsyncGenerator<string> {
  const style = css + shapeRules(pictures);
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
<div class="heading"><h1 dir="auto">${escapeHtml(title)}</h1><p class="summary">${escapeHtml(summary)}</p></div>
<div id="tools"></div>
</header>
<main>
<ul class="tiles" id="tiles" aria-label="Pictures">
`;
  for (const [position, picture] of pictures.entries()) {
    yield* tile(picture, { number: position + 1, source });
  }
  yield `</ul>
</main>
<script>${script}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
