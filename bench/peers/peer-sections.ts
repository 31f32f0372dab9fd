import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../scripts/build.ts';
import { createTokenizer } from '../../src/tokens/hf-tokenizer.ts';
import type { Tokenizer } from '../../src/tokens/tokenizer.ts';
import type { ContenderKind, ContenderSite } from './contender-site.ts';
import type { ContenderOptions } from './pages/contender.ts';
import { peersFolder } from './peer-packages.ts';

/** An engine with a model, in one row for each context. */
export interface ContenderSpec {
  readonly name: string;
  readonly kind: ContenderKind;
  readonly modelUrl: string;
  readonly dtype: string;
  /** As many threads as Antiphon takes, or as many as the engine takes when nobody says. */
  readonly threads: 'same' | 'own';
  /** True where it reads the file that Antiphon reads: then greedy decoding writes the same tokens. */
  readonly sameFile: boolean;
  /** How many times its tokens/s Antiphon is to reach with so many tokens before; null for Antiphon. */
  readonly bar: ((promptTokens: number) => number) | null;
}

/** Prompts of one length. */
export interface PeerContext {
  readonly tokens: number;
  readonly trials: number;
}

/** One model on one backend: engines that are open at the same time, contexts, and prompts. */
export interface PeerSection {
  readonly title: string;
  readonly backend: ContenderOptions['backend'];
  /** Antiphon first: the others are compared with it. */
  readonly contenders: readonly ContenderSpec[];
  readonly contexts: readonly PeerContext[];
  /** Engines that this sweep leaves out, though their files are there. */
  readonly leftOut: readonly string[];
  readonly maxTokens: number;
  readonly tokenizer: Tokenizer;
  /** A text whose end is the prompt; every trial has another, so that no engine finds a part of it in a cache. */
  promptText(trial: number): string;
}

/** Name of the real model's folder below `--models-url`, and of the GGUF file in it. */
export const realModel = 'smollm2-135m';
const ggufFile = 'SmolLM2-135M-Instruct.Q4_1.gguf';

/** Which files of a model a server has. */
type HasFile = (url: string) => Promise<boolean>;

const hasFile: HasFile = async (url) => (await fetch(url, { method: 'HEAD' })).ok;

const jsonAt = async (url: string): Promise<unknown> => (await fetch(url)).json();

async function tokenizerAt(modelUrl: string): Promise<Tokenizer> {
  return createTokenizer(
    await jsonAt(`${modelUrl}tokenizer.json`),
    await jsonAt(`${modelUrl}tokenizer_config.json`),
  );
}

const antiphonOn = (modelUrl: string): ContenderSpec => ({
  name: 'Antiphon, q4',
  kind: 'antiphon',
  modelUrl,
  dtype: 'q4',
  threads: 'own',
  sameFile: true,
  bar: null,
});

/** The file that Antiphon reads too. */
const transformersOnSame = (modelUrl: string, bar: ContenderSpec['bar']): ContenderSpec => ({
  ...transformersOn(modelUrl, 'q4', 'q4', bar),
  sameFile: true,
});

const transformersOn = (
  modelUrl: string,
  dtype: string,
  name: string,
  bar: ContenderSpec['bar'],
): ContenderSpec => ({
  name: `transformers.js, ${name}`,
  kind: 'transformers',
  modelUrl,
  dtype,
  threads: 'same',
  sameFile: false,
  bar,
});

/** Its read-back a token weighs most where a step is short; copying the cache weighs more the longer the context. */
const webgpuBar = (promptTokens: number): number => (promptTokens < 400 ? 1.2 : 1.5);

const endOfText = '<|endoftext|>';

/** Stories behind one another, the last of them just begun: its end is not near. */
function storyText(trial: number): string {
  const stories = readFileSync(join(peersFolder, 'stories.txt'), 'utf8').split(`\n${endOfText}\n`);
  const story = (index: number): string => stories[(trial + 3 * index) % stories.length];
  const begun = story(3).split(' ').slice(0, 30).join(' ');
  return [story(0), story(1), story(2), begun].join(endOfText);
}

/** The licence of this project up to a word: prose of more than 2,000 tokens that does not change. */
function licenceText(trial: number): string {
  const licence = readFileSync(join(projectFolder, 'LICENSE'), 'utf8');
  const ends = [...licence.matchAll(/\S+/g)].map(({ 0: word, index }) => index + word.length);
  return licence.slice(0, ends[ends.length - 1 - 30 * (trial + 1)]);
}

function storySection(
  site: ContenderSite,
  tokenizer: Tokenizer,
  quick: boolean,
  backend: 'wasm' | 'webgpu',
): PeerSection {
  const modelUrl = `${site.url}models/story-base/`;
  const isSlow = backend === 'webgpu';
  return {
    title: `story-base, ${backend === 'wasm' ? 'WASM' : 'WebGPU'}`,
    backend,
    contenders: [antiphonOn(modelUrl), transformersOnSame(modelUrl, isSlow ? webgpuBar : () => 5)],
    // The longest leaves room for the answer in a context of 512.
    contexts: [32, 400].map((tokens) => ({ tokens, trials: quick || isSlow ? 3 : 8 })),
    leftOut: [],
    maxTokens: isSlow ? 12 : quick ? 32 : 64,
    tokenizer,
    promptText: storyText,
  };
}

async function realSection(modelsUrl: string, quick: boolean): Promise<PeerSection> {
  const modelUrl = `${modelsUrl}${realModel}/`;
  if (!(await hasFile(`${modelUrl}onnx/model_q4.onnx`))) {
    throw new Error(
      `--models-url: there is no ${realModel}/onnx/model_q4.onnx; the folder must hold ${realModel}, as smollm2/build.sh makes it`,
    );
  }
  const others: readonly (readonly [file: string, contender: ContenderSpec])[] = [
    ['onnx/model_quantized.onnx', transformersOn(modelUrl, 'q8', '8-bit weights', () => 1.5)],
    ['onnx/model_int8.onnx', transformersOn(modelUrl, 'int8', 'dynamic int8', () => 1.5)],
    [ggufFile, wllamaOn(modelUrl, 'same', 'wllama, Q4_1')],
    [ggufFile, wllamaOn(modelUrl, 'own', 'wllama, Q4_1, threads of its choice')],
  ];
  const present: ContenderSpec[] = [];
  for (const [file, contender] of others) {
    if (await hasFile(`${modelUrl}${file}`)) present.push(contender);
  }
  const contenders = [antiphonOn(modelUrl), transformersOnSame(modelUrl, () => 5)];
  return {
    title: 'SmolLM2-135M, WASM',
    backend: 'wasm',
    contenders: quick ? contenders : [...contenders, ...present],
    leftOut: quick ? present.map(({ name }) => name) : [],
    // Some engines take minutes for a prompt of 2,000 tokens.
    contexts: quick
      ? [{ tokens: 32, trials: 2 }]
      : [
          { tokens: 32, trials: 4 },
          { tokens: 400, trials: 3 },
          { tokens: 2000, trials: 2 },
        ],
    maxTokens: quick ? 16 : 48,
    tokenizer: await tokenizerAt(modelUrl),
    promptText: licenceText,
  };
}

function wllamaOn(modelUrl: string, threads: ContenderSpec['threads'], name: string): ContenderSpec {
  return {
    name,
    kind: 'wllama',
    modelUrl: `${modelUrl}${ggufFile}`,
    dtype: 'q4',
    threads,
    sameFile: false,
    bar: () => 1.4,
  };
}

/** What is compared: story-base always, the real model where its folder is given, WebGPU in the full sweep. */
export async function peerSections(site: ContenderSite, quick: boolean): Promise<PeerSection[]> {
  const stories = await tokenizerAt(`${site.url}models/story-base/`);
  return [
    storySection(site, stories, quick, 'wasm'),
    ...(site.givenModelsUrl ? [await realSection(site.givenModelsUrl, quick)] : []),
    ...(quick ? [] : [storySection(site, stories, quick, 'webgpu')]),
  ];
}
