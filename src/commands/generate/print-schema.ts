import type { Context } from '../../context.ts';
import { taskSchema } from '../../report/schema.ts';

/** Prints the JSON Schema of the `--json` lines. */
export async function printSchema(context: Context): Promise<number> {
  const schema = taskSchema();
  await context.reporter.data(schema, JSON.stringify(schema, null, 2));
  return 0;
}
