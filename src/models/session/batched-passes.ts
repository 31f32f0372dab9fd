import { AppendKvCache } from '../cache/append-kv-cache.ts';
import { int64Tensor } from '../cache/host-tensors.ts';
import { hostLogits } from '../cache/logits-handles.ts';
import type { HostLogits, PassBatching, Sequence, SequencePass } from '../causal-model.ts';
import type { BatchGains } from '../costs/batch-gains.ts';
import { float16ToFloat32 } from '../onnx/float16.ts';
import { OrtTensor } from '../ort/ort.ts';
import { ortError } from '../ort/ort-errors.ts';
import { describeFeed, OrtSequence, runOptions, type SequenceHost } from './ort-sequence.ts';

/**
 * One pass over several texts on WASM: weights are read once, and each text has its positions, its mask and its part of
 * a common slab of caches (AppendKvCache). Shorter texts have more rows that are not valid.
 */
export class BatchedPasses implements PassBatching {
  readonly #host: SequenceHost;
  readonly #gains: BatchGains;

  constructor(host: SequenceHost, gains: BatchGains) {
    this.#host = host;
    this.#gains = gains;
  }

  pays([one, other]: readonly [Sequence, Sequence], tokens: number): boolean {
    return this.#gains.pays(tokens, Math.abs(one.kvLength - other.kvLength));
  }

  forward(passes: readonly SequencePass[], wanted: 'all' | 'last'): Promise<readonly HostLogits[]> {
    const sequences = passes.map(({ sequence }) => sequence as OrtSequence);
    return OrtSequence.queuePass(sequences, () => this.#pass(sequences, idsOf(passes), wanted));
  }

  async #pass(
    sequences: readonly OrtSequence[],
    ids: readonly (readonly number[])[],
    wanted: 'all' | 'last',
  ): Promise<readonly HostLogits[]> {
    const { session, modelId } = this.#host;
    const tokens = ids[0]!.length;
    for (const sequence of sequences) sequence.requireRoom(tokens);
    const caches = sequences.map(({ cache }) => cache as AppendKvCache);
    let feeds: Record<string, OrtTensor> = {};
    try {
      const rows = wanted === 'all' ? tokens : 1;
      const binding = AppendKvCache.bindTogether(caches);
      feeds = { ...binding.feeds, ...this.#tokenFeeds(sequences, ids, rows) };
      const { logits } = this.#host.signature;
      const outputs = await session.run(feeds, { ...binding.fetches, [logits.name]: null }, runOptions);
      AppendKvCache.commitTogether(caches, outputs, tokens);
      return this.#logitsOf(outputs[logits.name]!, sequences.length, rows);
    } catch (failure) {
      throw ortError(`A pass of ${modelId} over ${tokens} tokens of ${ids.length} texts`, failure, {
        modelId,
        feeds: Object.entries(feeds).map(describeFeed),
      });
    }
  }

  #tokenFeeds(
    sequences: readonly OrtSequence[],
    ids: readonly (readonly number[])[],
    rows: number,
  ): Record<string, OrtTensor> {
    const { inputIds, attentionMask, positionIds, logitsToKeep } = this.#host.signature;
    const texts = ids.length;
    const tokens = ids[0]!.length;
    const lengths = sequences.map(({ kvLength }) => kvLength);
    const feeds: Record<string, OrtTensor> = { [inputIds]: int64Tensor(ids.flat(), [texts, tokens]) };
    if (attentionMask !== null) {
      const longest = Math.max(...lengths) + tokens;
      const mask = new BigInt64Array(texts * longest);
      for (const [text, length] of lengths.entries()) {
        mask.fill(1n, text * longest, text * longest + length + tokens);
      }
      feeds[attentionMask] = new OrtTensor('int64', mask, [texts, longest]);
    }
    if (positionIds !== null) {
      const positions = lengths.flatMap((length) =>
        Array.from({ length: tokens }, (_, index) => length + index),
      );
      feeds[positionIds] = int64Tensor(positions, [texts, tokens]);
    }
    if (logitsToKeep) feeds[logitsToKeep.name] = int64Tensor([rows], logitsToKeep.shape);
    return feeds;
  }

  /** The last `rows` rows of each text. */
  #logitsOf(logits: OrtTensor, texts: number, rows: number): readonly HostLogits[] {
    const { type, width } = this.#host.signature.logits;
    const { data } = logits;
    const values = type === 'float32' ? (data as Float32Array) : float16ToFloat32(data as ArrayLike<number>);
    const textValues = values.length / texts;
    return Array.from({ length: texts }, (_, text) => {
      const end = (text + 1) * textValues;
      return hostLogits(values.slice(end - rows * width, end), rows, width);
    });
  }
}

function idsOf(passes: readonly SequencePass[]): readonly (readonly number[])[] {
  const ids = passes.map(({ run }) => {
    if (run.kind === 'host') return run.ids;
    throw new Error('Tokens on the device were fed to a model that runs on WASM');
  });
  if (ids.some(({ length }) => length !== ids[0]!.length)) {
    throw new RangeError(`Runs of ${ids.map(({ length }) => length)} tokens do not go into one pass`);
  }
  return ids;
}
