/** What takes keys when nothing else does, the uppermost first. */
export interface Layer {
  isOpen(): boolean;
  /** Answers whether the key meant something. */
  key(key: string): boolean;
}

/** Gives each key to the uppermost layer that is open. Keys of the browser, and letters that are typed, stay alone. */
export function listenForKeys(layers: readonly Layer[]): void {
  document.addEventListener('keydown', (event) => {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey || event.defaultPrevented || isTyping(target, key)) return;
    const layer = layers.find((each) => each.isOpen());
    if (layer?.key(key)) event.preventDefault();
  });
}

/** A field takes letters; a switch or a list takes the arrow keys. */
function isTyping(target: EventTarget | null, key: string): boolean {
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (!(target instanceof HTMLInputElement)) return false;
  if (target.type === 'search') return key !== 'Escape';
  return target.type !== 'checkbox' && (key.startsWith('Arrow') || key === 'Home' || key === 'End');
}
