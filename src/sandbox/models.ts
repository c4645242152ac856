import { Refusal } from './call.ts';

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
export function openShop({ models = [], retire = [], maintenance = [] }: ShopOptions = {}): readonly SandboxModel[] {
  const own = list
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [service = '', all = ''] = line.split(': ');
      return all.split(', ').map((each): SandboxModel => {
        const [model = '', price = '', from = ''] = each.split(' ');
        return {
          ...soldAs(model, service, Number(price.replace('~', ''))),
          actions: [...from].map((letter) => actions[letter] ?? ''),
          isFlat: !price.startsWith('~'),
        };
      });
    });
  const added = models.map((typed) => {
    const [, model = '', service = '', cents = ''] = /^([^:]+):([a-z0-9][a-z0-9-]*):(\d+(?:\.\d+)?)$/.exec(typed) ?? [];
    if (model === '') throw new Error(`${JSON.stringify(typed)}: use NAME:SERVICE:CENTS such as new-model:new:5`);
    return soldAs(model, service, Number(cents));
  });
  const shop = [...own, ...added];
  for (const name of [...retire, ...maintenance])
    if (!shop.some(({ model }) => model === name)) throw new Error(`${JSON.stringify(name)}: there is no such model`);
  return shop.map((each) => ({
    ...each,
    status: retire.includes(each.model) ? 'disabled' : maintenance.includes(each.model) ? 'maintenance' : 'active',
  }));
}

function soldAs(model: string, service: string, cents: number): SandboxModel {
  const usual = { actions: ['text_to_image', 'edit_image'], isFlat: true, status: 'active' } as const;
  return { model, service, cents, ...usual, pictures: service === 'midjourney' ? 4 : 1 };
}

/** @throws {Refusal} 400 for a model that is not sold, as the service answers what it does not know */
export function findModel(shop: readonly SandboxModel[], name: unknown): SandboxModel {
  const found = shop.find(({ model }) => model === name);
  if (found && found.status !== 'disabled') return found;
  const problem = found ? 'is no longer available' : 'is not known';
  throw new Refusal(400, 'Validation failed', { errors: { model: [problem] } });
}
