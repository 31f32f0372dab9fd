import * as v from 'valibot';
import { EngineError } from '../../errors/engine-error.ts';
import { parseOrThrow } from '../../errors/parse-or-throw.ts';
import { DTYPES } from './dtype.ts';

const CountSchema = v.pipe(v.number(), v.integer(), v.minValue(1));
const HashSchema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'a SHA-256 is 64 lower-case hex digits'));
/** Stays inside its folder. */
const PathSchema = v.pipe(
  v.string(),
  v.regex(/^\w[\w.-]*(\/\w[\w.-]*)*$/, 'a relative path without ".." is wanted'),
);

const EntrySchema = v.object({
  id: PathSchema,
  title: v.pipe(v.string(), v.nonEmpty()),
  /** Relative to the catalogue. */
  folder: PathSchema,
  files: v.array(
    v.object({ path: PathSchema, bytes: v.pipe(v.number(), v.integer(), v.minValue(0)), sha256: HashSchema }),
  ),
  parameters: CountSchema,
  /** Tokens. */
  contextLength: CountSchema,
  vocabulary: v.object({ size: CountSchema, fingerprint: HashSchema }),
  /** SPDX identifier, of the weights. */
  licence: v.pipe(v.string(), v.nonEmpty()),
  /** Models of one family share a vocabulary and were made to work together. */
  family: v.pipe(v.string(), v.nonEmpty()),
  suggestedRole: v.picklist(['verifier', 'specialist', 'draft']),
  dtype: v.picklist(DTYPES),
});

const CatalogueSchema = v.object({
  version: v.literal(1),
  models: v.pipe(
    v.array(EntrySchema),
    v.check((models) => new Set(models.map(({ id }) => id)).size === models.length, 'two models have one id'),
  ),
});

export type CatalogueEntry = v.InferOutput<typeof EntrySchema>;
/** The models of a folder, as its `catalogue.json` lists them. */
export type Catalogue = v.InferOutput<typeof CatalogueSchema>;

export const CATALOGUE_FILE = 'catalogue.json';

/**
 * The catalogue in a parsed `catalogue.json`; `source` names it in the message.
 * Throws EngineError `integrity` where the form is another.
 */
export function readCatalogue(json: unknown, source: string): Catalogue {
  return parseOrThrow(
    CatalogueSchema,
    json,
    'the whole file',
    ({ field: path, sentence }) =>
      new EngineError(
        'integrity',
        `${source} is not a catalogue of models: ${sentence}. Generate it again with scripts/make-catalogue.ts, or delete it to load folders by name.`,
        { details: { source, path } },
      ),
  );
}
