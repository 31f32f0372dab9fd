/**
 * Brings public/models/catalogue.json up to date with the folders beside it: sizes, hashes, parameters, context and
 * vocabulary are measured; id, title, licence, family, role and dtype are kept from the file. A folder that it does
 * not list yet is added with its name as id and title. Usage: tsx scripts/make-catalogue.ts [FOLDER OF MODELS]
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CATALOGUE_FILE, type CatalogueEntry, readCatalogue } from '../src/models/files/catalogue.ts';
import { parseJson } from '../src/models/files/download/parse-json.ts';
import { onnxPath } from '../src/models/files/dtype.ts';
import { readModelConfig } from '../src/models/files/model-config.ts';
import { createTokenizer } from '../src/tokens/hf-tokenizer.ts';

const modelsFolder = resolve(process.argv[2] ?? fileURLToPath(new URL('../public/models', import.meta.url)));
const catalogueFile = join(modelsFolder, CATALOGUE_FILE);

type Described = Pick<
  CatalogueEntry,
  'id' | 'title' | 'folder' | 'licence' | 'family' | 'suggestedRole' | 'dtype'
>;

const readJson = (file: string): unknown => parseJson(readFileSync(file));

function filesIn(folder: string): CatalogueEntry['files'] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort()
    .map((path) => {
      const bytes = readFileSync(join(folder, path));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { path: path.split(sep).join('/'), bytes: bytes.length, sha256 };
    });
}

/** Weights of a Llama-architecture model with tied embeddings, norms included. */
function countParameters(configJson: unknown): number {
  const config = configJson as Record<string, number>;
  const {
    hidden_size: width,
    intermediate_size: inner,
    num_hidden_layers: layers,
    vocab_size: entries,
  } = config;
  const { num_attention_heads: heads, num_key_value_heads: kvHeads, head_dim: headSize } = config;
  const attention = 2 * width! * heads! * headSize! + 2 * width! * kvHeads! * headSize!;
  const layer = attention + 3 * width! * inner! + 2 * width!;
  return entries! * width! + layers! * layer + width!;
}

function measured(described: Described): CatalogueEntry {
  const { id, title, folder, licence, family, suggestedRole, dtype } = described;
  const path = join(modelsFolder, folder);
  const configJson = readJson(join(path, 'config.json'));
  const { contextLength } = readModelConfig(configJson, null, `${folder}/`).config;
  if (contextLength === null) {
    throw new Error(`${folder}/config.json names no context length: add max_position_embeddings`);
  }
  const tokenizer = createTokenizer(
    readJson(join(path, 'tokenizer.json')),
    readJson(join(path, 'tokenizer_config.json')),
  );
  return {
    id,
    title,
    folder,
    parameters: countParameters(configJson),
    contextLength,
    vocabulary: { size: tokenizer.vocabSize, fingerprint: tokenizer.fingerprint },
    licence,
    family,
    suggestedRole,
    dtype,
    files: filesIn(path),
  };
}

const listed: Described[] = existsSync(catalogueFile)
  ? readCatalogue(readJson(catalogueFile), catalogueFile).models
  : [];
const folders = readdirSync(modelsFolder).filter((name) =>
  existsSync(join(modelsFolder, name, onnxPath('q4'))),
);
const added = folders
  .filter((folder) => !listed.some((entry) => entry.folder === folder))
  .map(
    (folder): Described => ({
      id: folder,
      title: folder,
      folder,
      licence: 'Apache-2.0',
      family: folder.split('-')[0]!,
      suggestedRole: 'verifier',
      dtype: 'q4',
    }),
  );
const catalogue = { version: 1, models: [...listed, ...added].map(measured) };
readCatalogue(catalogue, catalogueFile);
writeFileSync(catalogueFile, `${JSON.stringify(catalogue, null, 2)}\n`);
console.log(`${relative(process.cwd(), catalogueFile)}: ${catalogue.models.map(({ id }) => id).join(', ')}`);
