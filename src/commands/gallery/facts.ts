import { defaultBaseUrl } from '../../api/base-url.ts';
import type { Context } from '../../context.ts';
import { beganAt, type Entry } from '../../journal/entry.ts';
import type { SavedFile } from '../../journal/event.ts';
import { costText, shownPath, sizeText } from '../../report/human.ts';
import { recordedReport } from '../../report/report-entry.ts';
import { generateWords } from '../../report/shell-command.ts';
import type { Fact } from './picture.ts';

const date = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/** A picture of a task, and the folder of the page that shows it. */
export interface Shown {
  file: SavedFile | undefined;
  ratio: string;
  folder: string;
}

/** What the gallery tells of a picture, in the order in which it is read. What is not known is left out. */
export function galleryFacts(context: Context, entry: Entry, { file, ratio, folder }: Shown): Fact[] {
  const { platform } = context.world;
  const { request, row, server } = entry.intended;
  const { model, seed, negativePrompt } = request;
  const rowText = row && (row.id === undefined ? String(row.row) : `${row.row} (${row.id})`);
  const baseUrl = server.base === defaultBaseUrl ? undefined : server.base;
  const told: Array<[Fact['name'], string | undefined]> = [
    ['Model', model],
    ['Ratio', ratio],
    ['Seed', seed?.toString()],
    ['Size', file && `${file.width} × ${file.height}`],
    ['Cost', server.sandbox ? 'sandbox' : costText(recordedReport(context, entry))],
    ['Made', date.format(beganAt(entry))],
    ['Avoids', negativePrompt],
    ['Task', entry.accepted?.id],
    ['Row', rowText],
    ['File', file && `${shownPath(file.path, folder)}, ${sizeText(file.bytes)}`],
    ['Command', context.command(generateWords(request, { platform, sandbox: server.sandbox, baseUrl }))],
  ];
  return told.flatMap(([name, text]) => (text ? [{ name, text }] : []));
}
