import type { JsonObject } from '../json.ts';

/** A model that the sandbox sells. */
export interface SandboxModel {
  model: string;
  service: string;
  actions: readonly string[];
  /** Of one picture; where it is not flat, of the simplest. */
  cents: number;
  isFlat: boolean;
  status: 'active' | 'maintenance' | 'disabled';
  /** Pictures that a task makes unless it asks for others. */
  pictures: number;
}

/** Service, then its models: name, cents (~ where the price depends on the quality), and what each makes pictures from. */
const list = `
imagen-4: imagen-4 8 t, imagen-4-fast 4 t, imagen-4-ultra 12 t, imagen-4-pro-remix-image 10 r
nano-banana: nano-banana 4 te, nano-banana-2 7 te, nano-banana-pro 13 te
flux: flux-1.1-pro 4 t, flux-dev 2.5 tr
flux-2: flux-2-pro-text-to-image 5 t, flux-2-pro-image-to-image 6 r, flux-2-flex 6 te
flux-kontext: flux-kontext-pro 4 te, flux-kontext-max 8 te
gpt-image: gpt-image-1.5 ~4 te
gpt-image-2: gpt-image-2 ~5 te
gpt-4o-image: gpt-4o-image 3 te
grok-imagine: grok-imagine 2 te
ideogram-v3: ideogram-v3 6 ter
midjourney: midjourney-v7 6 tr, midjourney-v8.1 9 tr
qwen-2: qwen-2-image 3 te
qwen-3: qwen-3-image 4 te
qwen-image: qwen-image 2.5 te
recraft: recraft-v3 4 t, recraft-v4 5 tr
seedream: seedream-4 3 te, seedream-5 4 te
wan: wan-2.7-image 3 t
z-image: z-image-turbo 0.5 t`;

const actions: Readonly<Record<string, string>> = { t: 'text_to_image', r: 'remix_image', e: 'edit_image' };

export interface ShopOptions {
  /** `NAME:SERVICE:CENTS` */
  models?: readonly string[] | undefined;
  retire?: readonly string[] | undefined;
  maintenance?: readonly string[] | undefined;
}

/** Lists what the sandbox sells. Throws an Error that says which of the options is wrong. */
export function openShop({ models = [], retire = [], maintenance = [] }: ShopOptions): readonly SandboxModel[] {
  const statusOf = (model: string) =>
    retire.includes(model) ? 'disabled' : maintenance.includes(model) ? 'maintenance' : 'active';
  const sold = (model: string, service: string, price: string, from: string): SandboxModel => ({
    model,
    service,
    actions: [...from].map((letter) => actions[letter] ?? ''),
    cents: Number(price.replace('~', '')),
    isFlat: !price.startsWith('~'),
    status: statusOf(model),
    pictures: service === 'midjourney' ? 4 : 1,
  });
  const own = list
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [service = '', all = ''] = line.split(': ');
      return all.split(', ').map((each) => {
        const [model = '', price = '', from = ''] = each.split(' ');
        return sold(model, service, price, from);
      });
    });
  const added = models.map((typed) => {
    const [, model, service = '', price = ''] = /^([^:]+):([a-z0-9][a-z0-9-]*):(\d+(?:\.\d+)?)$/.exec(typed) ?? [];
    if (model === undefined)
      throw new Error(`${JSON.stringify(typed)}: use NAME:SERVICE:CENTS such as new-model:new:5`);
    return sold(model, service, price, 'te');
  });
  const shop = [...own, ...added];
  const unknown = [...retire, ...maintenance].find((name) => !shop.some(({ model }) => model === name));
  if (unknown !== undefined) throw new Error(`${JSON.stringify(unknown)}: there is no such model`);
  return shop;
}

/** What a better quality multiplies a price by that is not flat. */
export const qualities: Readonly<Record<string, number>> = { basic: 1, high: 2, ultra: 4 };

/** Tells what a task of these fields costs. */
export function centsFor({ cents, isFlat, pictures }: SandboxModel, fields: JsonObject): number {
  const { output_count: count = pictures, output_quality: quality = 'basic' } = fields;
  const grade = isFlat ? 1 : (qualities[String(quality)] ?? 1);
  return cents * Math.max(1, Number(count) / pictures) * grade;
}
