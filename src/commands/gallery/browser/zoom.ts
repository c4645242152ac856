const nearest = 12;

/**
 * Enlarges all pictures of a surface alike, at the same place. Follows the wheel and dragging on the stages of a surface. The style sheet gets `--zoom`, where 1 is the whole
 * picture, and `--x` and `--y` as shares of the picture's size.
 */
export function createZoom(surface: HTMLElement, changed: (zoom: number) => void = () => {}) {
  let zoom = 1;
  let x = 0;
  let y = 0;

  function apply(): void {
    const room = (zoom - 1) / 2;
    x = Math.max(-room, Math.min(room, x));
    y = Math.max(-room, Math.min(room, y));
    surface.style.setProperty('--zoom', String(zoom));
    surface.style.setProperty('--x', `${x * 100}%`);
    surface.style.setProperty('--y', `${y * 100}%`);
    surface.classList.toggle('near', zoom > 1);
    changed(zoom);
  }

  /** @param atX and `atY`: what stays where it is, as shares of the picture's size from its middle */
  function by(factor: number, atX = 0, atY = 0): void {
    const next = Math.max(1, Math.min(nearest, zoom * factor));
    x = atX - ((atX - x) * next) / zoom;
    y = atY - ((atY - y) * next) / zoom;
    zoom = next;
    apply();
  }

  function move(dx: number, dy: number): void {
    x += dx;
    y += dy;
    apply();
  }

  const reset = (): void => by(0);
  const larger = (): void => by(1.5);
  const keys: Record<string, () => void> = {
    ArrowLeft: () => move(0.1, 0),
    ArrowRight: () => move(-0.1, 0),
    ArrowUp: () => move(0, 0.1),
    ArrowDown: () => move(0, -0.1),
    '+': larger,
    '=': larger,
    '-': () => by(1 / 1.5),
    '0': reset,
  };

  const wheel = (event: WheelEvent): void => {
    const stage = stageOf(event);
    if (!stage) return;
    event.preventDefault();
    const { left, top, width, height } = stage.getBoundingClientRect();
    const at = [(event.clientX - left) / width - 0.5, (event.clientY - top) / height - 0.5] as const;
    by(2 ** (-event.deltaY / 300), ...at);
  };
  surface.addEventListener('wheel', wheel, { passive: false });
  surface.addEventListener('pointerdown', (event) => {
    if (zoom === 1 || event.button !== 0) return;
    event.preventDefault();
    stageOf(event)?.setPointerCapture(event.pointerId);
  });
  surface.addEventListener('pointermove', (event) => {
    const stage = stageOf(event);
    if (stage?.hasPointerCapture(event.pointerId))
      move(event.movementX / stage.clientWidth, event.movementY / stage.clientHeight);
  });
  surface.addEventListener('dblclick', (event) => {
    if (stageOf(event)) by(zoom > 1 ? 0 : 3);
  });

  return { by, reset, keys, isNear: () => zoom > 1 };
}

function stageOf({ target }: Event): HTMLElement | null {
  return target instanceof Element ? target.closest('.stage') : null;
}
