import { didYouMean } from '../../near-miss.ts';
import { fieldName, knownFields, type Row } from './row.ts';

/** Turns the named values of a row into its fields. What is null or empty counts as left out. */
export function readFields(values: Readonly<Record<string, unknown>>): Pick<Row, 'fields' | 'flaw'> {
  const fields: Record<string, string> = {};
  const flaws: string[] = [];
  for (const [typed, value] of Object.entries(values)) {
    const name = fieldName(typed);
    const text = textOf(value);
    if (name === undefined)
      flaws.push(`there is no ${JSON.stringify(typed.slice(0, 40))}${didYouMean(typed, knownFields)}`);
    else if (text === undefined) flaws.push(`${typed} is neither a text nor a number`);
    else if (text !== '' && fields[name] !== undefined) flaws.push(`${name} is given twice`);
    else if (text !== '') fields[name] = text;
  }
  if (fields.prompt === undefined) flaws.push('there is no prompt');
  return { fields, ...(flaws.length > 0 && { flaw: flaws.join('; ') }) };
}

function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value))
    return value.every((each) => typeof each !== 'object') ? value.join(',') : undefined;
  return ['string', 'number', 'bigint'].includes(typeof value) ? String(value) : undefined;
}
