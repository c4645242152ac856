/** The models and ratios that the service takes. Sources: the public guide and RunAPI's own SDK. */
export const models = ['imagen-4', 'imagen-4-fast', 'imagen-4-ultra'] as const;
export type Model = (typeof models)[number];

/** Short names that people may type. */
export const modelAliases: Readonly<Record<string, Model>> = {
  standard: 'imagen-4',
  fast: 'imagen-4-fast',
  ultra: 'imagen-4-ultra',
};

export const ratios = ['1:1', '16:9', '9:16', '3:4', '4:3'] as const;

/** `auto` lets the model choose; only the fast one takes it. */
export function ratiosOf(model: Model): readonly string[] {
  return model === 'imagen-4-fast' ? [...ratios, 'auto'] : ratios;
}
