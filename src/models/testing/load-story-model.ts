import { tokenId } from '../../tokens/token-id.ts';
import type { ModelSource } from '../session/runtime.ts';
import { bytesAt } from './site.ts';

/** Context and vocabulary of the bundled family. */
const contextLength = 512;
const vocabSize = 1846;

/** "Once upon a time" after the beginning-of-text token. */
export const onceUponATime = [0, 879, 1190, 260, 527].map(tokenId);

/** A bundled model, from the files that the page serves. */
export async function storyModel(id: 'story-base' | 'story-draft'): Promise<ModelSource> {
  const onnx = await bytesAt(`/models/${id}/onnx/model_q4.onnx`);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', onnx));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { id, onnx, sha256, contextLength, vocabSize };
}

/** 47 tokens of a story, beginning-of-text first. */
export const dragonStory = [
  0, 879, 1190, 260, 527, 352, 281, 260, 503, 1713, 455, 351, 315, 260, 1441, 635, 265, 1454, 16, 437, 324,
  265, 1713, 470, 260, 805, 1504, 277, 479, 290, 941, 386, 389, 74, 688, 305, 271, 82, 869, 14, 491, 305, 487,
  265, 440, 1144, 16,
].map(tokenId);
