import {
  array,
  exactOptional,
  meta,
  number,
  record,
  strictObject,
  string,
  toJSONSchema,
  union,
  unknown,
} from 'zod/mini';
import type { Context } from '../../context.ts';
import { orderFields } from '../../request/request.ts';

const says = (description: string) => meta({ description });
const textOrNumber = () => union([string(), number()], 'use text or a number');
const oneOrMore = () => union([string(), number(), array(textOrNumber())], 'use a value or a list of values');

/** How a manifest writes the fields of a request that have a longer name elsewhere. */
const columns: Readonly<Record<string, string>> = {
  aspectRatio: 'ratio',
  negativePrompt: 'negative',
  callbackUrl: 'callback_url',
  images: 'image',
};

/** Any field of a request is a field of a picture; those without a description of their own take any value. */
const others = Object.fromEntries(
  Object.keys(orderFields).map((field) => [columns[field] ?? field, exactOptional(unknown())]),
);

const picture = strictObject(
  {
    ...others,
    prompt: exactOptional(string('use text').check(says('What to draw. {name} stands for a variable.'))),
    output: exactOptional(
      string('use text').check(
        says(
          'The file, in the folder of the manifest. {name} stands for a variable, {prompt}, {model}, {ratio} and {seed} for the field.',
        ),
      ),
    ),
    model: exactOptional(oneOrMore().check(says('A model, or a list: one picture of each.'))),
    ratio: exactOptional(textOrNumber().check(says('Width to height, such as 16:9.'))),
    negative: exactOptional(string('use text').check(says('What to avoid.'))),
    seed: exactOptional(oneOrMore().check(says('An integer, or a list: one picture of each.'))),
    callback_url: exactOptional(string('use text').check(says('URL that the service calls.'))),
    id: exactOptional(textOrNumber().check(says('Is repeated in the --json lines.'))),
    vars: exactOptional(
      record(string(), oneOrMore(), 'use a map such as {animal: [fox, whale]}').check(
        says('Variables; a list makes one picture of each value, several lists one of each combination.'),
      ),
    ),
  },
  { error: ({ code }) => (code === 'invalid_type' ? 'use fields such as "prompt: a fox"' : undefined) },
);

/** A manifest: the one schema for reading it and for editors. */
export const manifestSchema = strictObject(
  {
    defaults: exactOptional(picture.check(says('Fields of each picture that says nothing else.'))),
    pictures: array(picture, 'use a list: a "- " before the first field of each picture').check(
      says('The pictures. Each needs a prompt and an output, of its own or of the defaults.'),
    ),
  },
  { error: ({ code }) => (code === 'invalid_type' ? 'write "pictures:" and a list under it' : undefined) },
).check(meta({ title: 'runapi-imagen manifest' }));

/** Prints the JSON Schema of a manifest, for editors. */
export async function printManifestSchema({ reporter }: Context): Promise<number> {
  const schema = toJSONSchema(manifestSchema, { io: 'input' });
  await reporter.data(schema, JSON.stringify(schema, null, 2));
  return 0;
}
