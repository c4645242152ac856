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
import { columnFor } from './row.ts';

const says = (description: string) => meta({ description });
const text = (description: string) => exactOptional(string('use text').check(says(description)));
const textOrNumber = () => union([string(), number()], 'use text or a number');
const oneOrMore = () => union([string(), number(), array(textOrNumber())], 'use a value or a list of values');

/** Any field of a request is a field of a picture; those without a description of their own take any value. */
const others = Object.fromEntries(
  Object.keys(orderFields).map((field) => [columnFor(field), exactOptional(unknown())]),
);

const picture = strictObject(
  {
    ...others,
    prompt: text('What to draw. {name} stands for a variable.'),
    output: text(
      'The file, in the folder of the manifest. {name} stands for a variable, {prompt}, {model}, {ratio} and {seed} for the field.',
    ),
    model: exactOptional(oneOrMore().check(says('A model, or a list: one picture of each.'))),
    ratio: exactOptional(textOrNumber().check(says('Width to height, such as 16:9.'))),
    negative: text('What to avoid.'),
    seed: exactOptional(oneOrMore().check(says('An integer, or a list: one picture of each.'))),
    callback_url: text('URL that the service calls.'),
    id: exactOptional(textOrNumber().check(says('Is repeated in the --json lines.'))),
    vars: exactOptional(
      record(string(), oneOrMore(), 'use a map such as {animal: [fox, whale]}').check(
        says('Variables; a list makes one picture of each value, several lists one of each combination.'),
      ),
    ),
  },
  whereInvalid('use fields such as "prompt: a fox"'),
);

/** A manifest: the one schema for reading it and for editors. */
export const manifestSchema = strictObject(
  {
    defaults: exactOptional(picture.check(says('Fields of each picture that says nothing else.'))),
    pictures: array(picture, 'use a list: a "- " before the first field of each picture').check(
      says('The pictures. Each needs a prompt and an output, of its own or of the defaults.'),
    ),
  },
  whereInvalid('write "pictures:" and a list under it'),
).check(meta({ title: 'runapi-imagen manifest' }));

/** The message for what is no map; a key that is not known has one of its own. */
function whereInvalid(message: string) {
  return { error: ({ code }: { code: string }) => (code === 'invalid_type' ? message : undefined) };
}

/** Prints the JSON Schema of a manifest, for editors. */
export async function printManifestSchema({ reporter }: Context): Promise<number> {
  const schema = toJSONSchema(manifestSchema, { io: 'input' });
  await reporter.data(schema, JSON.stringify(schema, null, 2));
  return 0;
}
