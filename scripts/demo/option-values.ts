import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { BackendChoice } from '../../src/engine/engine-api.ts';

export const backends = ['auto', 'wasm', 'webgpu'] as const satisfies BackendChoice[];

/** `--temperature -1` as `--temperature=-1`: parseArgs takes a value with a dash for an option left without one. */
export function joinDashedValues(
  args: readonly string[],
  definitions: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>,
): string[] {
  const joined: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const name = args[index].slice(2);
    const next = args[index + 1];
    const takesText = args[index].startsWith('--') && definitions[name]?.type === 'string';
    if (takesText && next?.startsWith('-') && !next.startsWith('--')) {
      joined.push(`${args[index]}=${next}`);
      index++;
    } else joined.push(args[index]);
  }
  return joined;
}

/** The folder, a URL or a path, ending with a slash; null where none is given. */
export function modelsUrlOf(value: string | undefined): URL | null {
  if (value === undefined) return null;
  const isFolder = statSync(value, { throwIfNoEntry: false })?.isDirectory();
  const url = isFolder ? pathToFileURL(value) : URL.canParse(value) ? new URL(value) : null;
  if (!url || !['http:', 'https:', 'file:'].includes(url.protocol)) {
    throw new Error(`--models-url is '${value}'; give the http address, or the path, of a folder of models`);
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

export function numberOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (Number.isNaN(number)) throw new Error(`--${name} is '${value}'; give a number`);
  return number;
}

/** Numbers with commas between them; undefined stays undefined. */
export function numbersOf(name: string, value: string | undefined): number[] | undefined {
  return value?.split(',').map((part) => numberOf(name, part) as number);
}

/** `ID=BIAS,ID=BIAS`; undefined stays undefined. Ranges are the request's to check. */
export function biasOf(value: string | undefined): Record<string, number> | undefined {
  if (value === undefined) return undefined;
  const entries = value.split(',').map((part) => {
    const [, id, bias] = /^\s*(\d+)\s*=\s*(\S+)\s*$/.exec(part) ?? [];
    if (id === undefined)
      throw new Error(`--logit-bias is '${value}'; give token ids with a bias each: 17=-100,3=1.5`);
    return [String(Number(id)), numberOf('logit-bias', bias) as number];
  });
  return Object.fromEntries(entries);
}

/** Draft lengths, numbers or `adaptive`, with commas between them; undefined stays undefined. */
export function draftLengthsOf(value: string | undefined): (number | 'adaptive')[] | undefined {
  return value?.split(',').map((part) => {
    if (part.trim() === 'adaptive') return 'adaptive';
    const number = part.trim() === '' ? Number.NaN : Number(part);
    if (Number.isNaN(number)) {
      throw new Error(`--draft-length is '${value}'; give numbers, 'adaptive', or a list of both`);
    }
    return number;
  });
}

export function oneOf<Name extends string>(option: string, value: string, names: readonly Name[]): Name {
  const name = names.find((candidate) => candidate === value);
  if (name === undefined) throw new Error(`--${option} is '${value}'; give one of ${names.join(', ')}`);
  return name;
}

type Defined<Fields> = { [Name in keyof Fields]: Exclude<Fields[Name], undefined> };

/** Leaves out what was not given, so that the engine's defaults hold. */
export function withoutUndefined<Fields extends object>(fields: Fields): Defined<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Defined<Fields>;
}
