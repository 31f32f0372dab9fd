import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../../src/errors/engine-error.ts';
import { createTokenizer, type HfTokenizer } from '../../src/tokens/hf-tokenizer.ts';
import { TextStream } from '../../src/tokens/text-stream.ts';
import { tokenId } from '../../src/tokens/token-id.ts';

/** What make.py writes; it says what the parts mean. */
interface ExpectedFile {
  readonly base: TokenizerJson | string;
  readonly variants: readonly Variant[];
}

interface TokenizerJson {
  readonly model: object;
}

interface Variant {
  readonly component: string;
  readonly change: { readonly model?: { readonly like?: string } };
  readonly refused?: string;
  readonly texts?: readonly (readonly [
    text: string,
    ids: readonly number[] | null,
    plain?: readonly number[],
  ])[];
  readonly decoded?: readonly (readonly [ids: readonly number[], text: string, withoutSpecial: string])[];
}

/** One variant of a file, compared. */
export interface Comparison {
  readonly group: string;
  readonly component: string;
  readonly cases: number;
  /** The reason of the refusal, where the load is refused. */
  readonly refused: string | null;
  /** In words; none where all agree. */
  readonly differences: readonly string[];
}

export const expectedFolder = fileURLToPath(new URL('expected', import.meta.url));

export function compareFolder(folder: string): readonly Comparison[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({ group: file.replace('.json', ''), ...(readJson(join(folder, file)) as ExpectedFile) }))
    // Other kinds of prompts may lie beside them.
    .filter(({ base, variants }) => base !== undefined && variants !== undefined);
  const models = new Map(files.map(({ group, base }) => [group, typeof base === 'string' ? {} : base.model]));
  return files.flatMap(({ group, base, variants }) => {
    const tokenizerJson = typeof base === 'string' ? (readJson(base) as TokenizerJson) : base;
    return variants.map((variant) => {
      const { like, ...model } = variant.change.model ?? {};
      const change =
        like === undefined ? variant.change : { ...variant.change, model: { ...models.get(like), ...model } };
      return compare(group, tokenizerJson, { ...variant, change });
    });
  });
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

function compare(group: string, base: object, variant: Variant): Comparison {
  const { component, change, refused: expectedRefusal, texts = [], decoded = [] } = variant;
  const differences: string[] = [];
  const check = (what: string, expected: unknown, seen: unknown) => {
    const [wanted, got] = [JSON.stringify(expected), JSON.stringify(seen)];
    if (wanted !== got) differences.push(`${what}: expected ${wanted}, got ${got}`);
  };
  let tokenizer: HfTokenizer;
  try {
    tokenizer = createTokenizer({ ...base, ...change }, {});
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'model-unsupported') throw error;
    if (expectedRefusal === undefined) differences.push(`refused: ${error.message}`);
    else if (!error.message.includes(expectedRefusal)) {
      differences.push(`expected a refusal for ${expectedRefusal}, got: ${error.message}`);
    }
    return { group, component, cases: 1, refused: error.message, differences };
  }
  if (expectedRefusal !== undefined) differences.push(`expected a refusal for ${expectedRefusal}`);
  for (const [text, ids, plain = ids] of texts) {
    check(JSON.stringify(text), ids, idsOf(tokenizer, text, true));
    if (text !== '')
      check(`${JSON.stringify(text)} without special tokens`, plain, idsOf(tokenizer, text, false));
  }
  for (const [ids, text, withoutSpecial] of decoded) {
    const read = ids.map(tokenId);
    check(`text of [${ids}]`, text, tokenizer.decode(read, { keepSpecial: true }));
    check(`text of [${ids}] without special tokens`, withoutSpecial, tokenizer.decode(read));
    check(`[${ids}] streamed`, text, streamed(tokenizer, ids, true));
    check(`[${ids}] streamed without special tokens`, withoutSpecial, streamed(tokenizer, ids, false));
  }
  return { group, component, cases: texts.length + decoded.length, refused: null, differences };
}

/** null where the tokenizer has no ids for the text and says so. */
function idsOf(tokenizer: HfTokenizer, text: string, addSpecial: boolean): readonly number[] | null {
  try {
    return tokenizer.encode(text, { addSpecial });
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  }
}

function streamed(tokenizer: HfTokenizer, ids: readonly number[], keepSpecial: boolean): string {
  const stream = new TextStream(tokenizer, [], [], keepSpecial);
  let text = '';
  for (const id of ids) {
    stream.append(tokenId(id));
    text += stream.takeFinal();
  }
  return text + stream.finish();
}

/** A line of the table for each component: its cases, and how many of them differ. */
export function table(comparisons: readonly Comparison[]): string {
  const rows = new Map<string, { cases: number; differences: number; refused: number }>();
  for (const { group, component, cases, refused, differences } of comparisons) {
    const key = `${group.padEnd(16)} ${component}`;
    const row = rows.get(key) ?? { cases: 0, differences: 0, refused: 0 };
    rows.set(key, {
      cases: row.cases + cases,
      differences: row.differences + differences.length,
      refused: row.refused + (refused === null ? 0 : 1),
    });
  }
  return [...rows]
    .map(
      ([key, { cases, differences, refused }]) =>
        `${key.padEnd(62)}${String(cases).padStart(6)} cases ${String(differences).padStart(4)} differ` +
        (refused > 0 ? `, ${refused} refused by name` : ''),
    )
    .join('\n');
}
