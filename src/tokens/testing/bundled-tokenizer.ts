import { readFileSync } from 'node:fs';
import { createTokenizer, type HfTokenizer } from '../hf-tokenizer.ts';

const folder = new URL('../../../public/models/story-base/', import.meta.url);

export const readBundledJson = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(file, folder), 'utf8'));

/** The tokenizer that all bundled models share. */
export const bundledTokenizer = (): HfTokenizer =>
  createTokenizer(readBundledJson('tokenizer.json'), readBundledJson('tokenizer_config.json'));
