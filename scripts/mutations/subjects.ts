import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCatalogue } from '../../src/models/files/catalogue.ts';
import { parseJson } from '../../src/models/files/download/parse-json.ts';
import { projectFolder } from '../build.ts';
import type { Subject } from './file-cases.ts';
import { mutateJson } from './mutate-json.ts';
import { mutateOnnx } from './mutate-onnx.ts';
import { tinyTokenizers } from './tiny-tokenizers.ts';

const fixtures = join(projectFolder, 'src/models/fixtures');

/** Graphs of both exporters: with a cache that is concatenated and one that is not, packed weights of all kinds, int8. */
const graphs = [
  'concat-mask',
  'concat-half',
  'grouped-positions',
  'packed-4-zero',
  'packed-8',
  'packed-half',
  'graphs/llama-tied-genai-q4',
  'graphs/llama-optimum-q8',
  'graphs/gemma2-genai-q4',
];

const config = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: 40,
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 8,
  intermediate_size: 64,
  max_position_embeddings: 96,
  bos_token_id: 0,
  eos_token_id: [0],
  tie_word_embeddings: true,
};

const bytesOf = (json: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(json));

/** A model's folder in the layout of transformers.js. */
function folder(name: string, graph: string, tokenizer = 'bpe'): ReadonlyMap<string, Uint8Array> {
  return new Map([
    [`${name}/config.json`, bytesOf(config)],
    [`${name}/generation_config.json`, bytesOf({ eos_token_id: 0 })],
    [`${name}/tokenizer.json`, bytesOf(tinyTokenizers[tokenizer])],
    [`${name}/tokenizer_config.json`, bytesOf({ bos_token: '<end>', eos_token: '<end>' })],
    [`${name}/onnx/model_q4.onnx`, readFileSync(join(fixtures, `${graph}.onnx`))],
  ]);
}

const inFolder = (
  path: string,
  graph: string,
  { tokenizer = 'bpe', mutate = mutateJson }: { tokenizer?: string; mutate?: Subject['mutate'] } = {},
): Subject => {
  const model = `${graph.split('/').at(-1)}-${tokenizer}`;
  return {
    model,
    files: folder(model, graph, tokenizer),
    brokenPath: `${model}/${path}`,
    byId: false,
    mutate,
    isBroken: () => true,
  };
};

export const modelSubjects: readonly Subject[] = graphs.map((graph) =>
  inFolder('onnx/model_q4.onnx', graph, { mutate: mutateOnnx }),
);

export const configSubjects: readonly Subject[] = [inFolder('config.json', 'concat-mask')];

export const tokenizerSubjects: readonly Subject[] = Object.keys(tinyTokenizers).map((tokenizer) =>
  inFolder('tokenizer.json', 'packed-4', { tokenizer }),
);

function listed(name: string, files: ReadonlyMap<string, Uint8Array>) {
  return {
    id: name,
    title: `Model ${name}`,
    folder: name,
    parameters: 10_000,
    contextLength: 96,
    vocabulary: { size: 31, fingerprint: '0'.repeat(64) },
    licence: 'Apache-2.0',
    family: 'tiny',
    suggestedRole: 'draft',
    dtype: 'q4',
    files: Array.from(files, ([path, bytes]) => ({
      path: path.slice(name.length + 1),
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })),
  };
}

/** A catalogue may be right and name what is not there. */
function isNoCatalogue(bytes: Uint8Array): boolean {
  try {
    readCatalogue(parseJson(bytes), '');
    return false;
  } catch {
    return true;
  }
}

function catalogueSubject(): Subject {
  const models = ['one', 'other'].map((name) => ({ name, files: folder(name, 'packed-4') }));
  const catalogue = { version: 1, models: models.map(({ name, files }) => listed(name, files)) };
  const files = new Map([
    ['catalogue.json', bytesOf(catalogue)] as const,
    ...models.flatMap(({ files: own }) => [...own]),
  ]);
  return {
    model: 'one',
    files,
    brokenPath: 'catalogue.json',
    byId: true,
    mutate: mutateJson,
    isBroken: isNoCatalogue,
  };
}

export const catalogueSubjects: readonly Subject[] = [catalogueSubject()];

/** A model that was made for conversations. */
export function chatFolder(name: string): ReadonlyMap<string, Uint8Array> {
  const template = '{% for message in messages %}{{ message.content + " " }}{% endfor %}';
  const tokenizerConfig = { bos_token: '<end>', eos_token: '<end>', chat_template: template };
  return new Map([...folder(name, 'packed-4'), [`${name}/tokenizer_config.json`, bytesOf(tokenizerConfig)]]);
}
