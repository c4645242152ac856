import { make, signButton } from './make.ts';

const cross = 'M5 5l10 10M15 5L5 15';

/** A dialog over the whole page. It closes with Escape, and the focus goes back to where it was. */
export function createDialog(
  name: string,
  kind: string,
  closed: () => void = () => undefined,
): HTMLDialogElement {
  const dialog = make('dialog', { class: kind, 'aria-label': name });
  const close = signButton('Close (Esc)', cross, () => dialog.close());
  close.classList.add('close');
  dialog.append(close);
  dialog.addEventListener('close', closed);
  document.body.append(dialog);
  return dialog;
}
