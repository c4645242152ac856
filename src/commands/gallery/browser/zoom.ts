/** How near one looks at a picture, and where: shared by all that are looked at together. */
export interface Zoom {
  /** 1 is the whole picture. */
  by(factor: number): void;
  move(x: number, y: number): void;
  reset(): void;
  isNear(): boolean;
}

const nearest = 12;

/**
 * Wheel and dragging on the stages of a surface. What is seen is told to the style sheet: `--zoom`, and `--x` and
 * `--y` as shares of the picture's size.
 */
export function createZoom(surface: HTMLElement, changed: (zoom: number) => void): Zoom {
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

  surface.addEventListener(
    'wheel',
    (event) => {
      const stage = stageOf(event.target);
      if (!stage) return;
      event.preventDefault();
      const { left, top, width, height } = stage.getBoundingClientRect();
      by(
        2 ** (-event.deltaY / 300),
        (event.clientX - left) / width - 0.5,
        (event.clientY - top) / height - 0.5,
      );
    },
    { passive: false },
  );
  surface.addEventListener('pointerdown', (event) => {
    const stage = stageOf(event.target);
    if (!stage || zoom === 1 || event.button !== 0) return;
    event.preventDefault();
    stage.setPointerCapture(event.pointerId);
  });
  surface.addEventListener('pointermove', (event) => {
    const stage = stageOf(event.target);
    if (!stage?.hasPointerCapture(event.pointerId)) return;
    x += event.movementX / stage.clientWidth;
    y += event.movementY / stage.clientHeight;
    apply();
  });
  surface.addEventListener('dblclick', (event) => {
    if (stageOf(event.target)) zoom > 1 ? reset() : by(3);
  });

  function reset(): void {
    zoom = 1;
    apply();
  }

  return {
    by: (factor) => by(factor),
    move(dx, dy) {
      x += dx;
      y += dy;
      apply();
    },
    reset,
    isNear: () => zoom > 1,
  };
}

function stageOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest('.stage') : null;
}
