import { escapeHtml } from './escape.ts';
import type { Fact, GalleryPicture } from './picture.ts';
import { shapeName } from './shapes.ts';
import type { Source } from './sources.ts';

/** What stands under a picture; the rest is shown when one looks closer. */
const shown: ReadonlyArray<Fact['name']> = ['Model', 'Ratio', 'Seed', 'Cost'];

/** One picture as an item of the list, piece by piece. */
export async function* tile(
  picture: GalleryPicture,
  { number, source }: { number: number; source: Source },
): AsyncGenerator<string> {
  const { prompt, model, ratio, madeAt, made } = picture;
  const attributes = [
    `id="p${number}"`,
    `class="tile${made ? '' : ' unmade'}"`,
    `data-shape="${shapeName(picture)}"`,
    `data-model="${escapeHtml(model)}"`,
    `data-ratio="${escapeHtml(ratio)}"`,
    `data-made="${madeAt}"`,
  ];
  yield `<li ${attributes.join(' ')}>`;
  yield* frame(picture, source);
  yield `<label class="pick"><input type="checkbox" aria-label="Select: ${escapeHtml(prompt)}"></label>
<div class="caption"><p class="prompt" dir="auto"${languageOf(prompt)}>${escapeHtml(prompt)}</p>
<p class="facts">${shownFacts(picture)}</p></div>
<dl class="more" hidden>${picture.facts.map(definition).join('')}</dl></li>
`;
}

async function* frame(picture: GalleryPicture, source: Source): AsyncGenerator<string> {
  const { file, absence, prompt, width, height } = picture;
  if (!file) {
    const what = escapeHtml(absence ?? 'There is no picture');
    yield `<button class="open absent" type="button"><span class="absence" dir="auto">${what}</span></button>`;
    return;
  }
  const facts = `alt="${escapeHtml(prompt)}" width="${width}" height="${height}" loading="lazy" decoding="async"`;
  yield `<button class="open" type="button"><img ${facts} src="`;
  for await (const part of source(file)) yield escapeHtml(part);
  yield '"></button>\n';
}

/** The writing tells two languages: how lines break in them, and which letters are drawn, depends on it. */
function languageOf(text: string): string {
  if (/\p{Script=Hangul}/u.test(text)) return ' lang="ko"';
  return /[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text) ? ' lang="ja"' : '';
}

function shownFacts({ facts, madeAt }: GalleryPicture): string {
  const texts = shown.flatMap((name) => {
    const fact = facts.find((each) => each.name === name);
    return fact ? [`<span>${escapeHtml(name === 'Seed' ? `seed ${fact.text}` : fact.text)}</span>`] : [];
  });
  const made = facts.find(({ name }) => name === 'Made')?.text ?? '';
  return `${texts.join('')}<time datetime="${new Date(madeAt).toISOString()}">${escapeHtml(made)}</time>`;
}

function definition({ name, text }: Fact): string {
  return `<div><dt>${name}</dt><dd dir="auto">${escapeHtml(text)}</dd></div>`;
}
