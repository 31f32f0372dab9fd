import { RequestQueue } from '../../concurrency/request-queue.ts';
import { letterTokenizer } from '../../decode/testing/fake-decode.ts';
import { FakeModel } from '../../decode/testing/fake-model.ts';
import { CombineUpdates } from '../../engine/combine-updates.ts';
import type {
  DecodeOptions,
  DecodeRun,
  EngineApi,
  EngineInfo,
  LoadedModel,
} from '../../engine/engine-api.ts';
import type { LoadedEntry } from '../../engine/load-model.ts';
import { planMethod } from '../../engine/method-members.ts';
import { prepareDecode } from '../../engine/prepared-decode.ts';
import type { DecodeRequest } from '../../engine/request-types.ts';
import { runDecode, skippedResult } from '../../engine/run-decode.ts';
import { startRun } from '../../engine/start-run.ts';
import { EngineError } from '../../errors/engine-error.ts';
import type { CausalModel } from '../../models/causal-model.ts';
import { SequencePool } from '../../models/sequence-pool.ts';
import type { ModelRuntime } from '../../models/session/runtime.ts';
import { ChatTemplate } from '../../prompt/chat-template.ts';
import { RoundRecorder } from '../../round/round-recorder.ts';
import { tokenId } from '../../tokens/token-id.ts';
import type { Tokenizer } from '../../tokens/tokenizer.ts';

const letters = letterTokenizer(26);

/** Roles by their first letter, then what was said, all in letters that the tokenizer has. */
const template = '{% for message in messages %}{{ message.role[0] }}{{ message.content }}{% endfor %}';

/**
 * The engine without its sessions: requests are checked, queued and decoded by the real parts, the models are tables of
 * logits over the letters a to z. `talker` and `other` share their letters, `foreign` has others, and `mute` knows no
 * conversation.
 */
export class TableEngine implements Pick<EngineApi, 'decode' | 'info'> {
  readonly contextLength = 60;
  /** Token that ends a text. */
  readonly endToken = 'z';
  /** Requests that were decoded or are being so. */
  readonly requests: DecodeRequest[] = [];
  readonly runs: DecodeRun[] = [];
  /** Called before every pass. */
  onPass: () => void = () => {};
  /** What a request waits for before it takes its place in the queue. */
  untilTurn: (signal: AbortSignal) => Promise<void> = async () => {};
  readonly #queue = new RequestQueue();
  readonly #entries: ReadonlyMap<string, LoadedEntry>;
  readonly #runtime = {
    readbacks: () => 0,
    liveGpuBuffers: () => 0,
    device: null,
  } as unknown as ModelRuntime;

  /** @param tokenizer another one in place of the letters */
  constructor(tokenizer: Tokenizer = letters) {
    const entries = ['talker', 'other', 'foreign', 'mute'].map((name, seed) =>
      this.#entryOf(name, seed, tokenizer),
    );
    this.#entries = new Map(entries.map((entry) => [entry.model.id, entry]));
  }

  async info(): Promise<EngineInfo> {
    return {
      state: 'open',
      backend: 'wasm',
      backendReason: '',
      threads: 1,
      models: [...this.#entries.values()].map(({ description }) => description),
      liveGpuBuffers: 0,
      liveGpuBytes: 0,
    };
  }

  decode(request: DecodeRequest, { signal }: DecodeOptions = {}): DecodeRun {
    this.requests.push(request);
    const updates = new CombineUpdates();
    const run = startRun(
      signal,
      async (stream, ended) => {
        const prepared = prepareDecode(request, { entry: (id) => this.#entry(id) });
        const method = await planMethod(prepared.request, 'http://page/');
        await this.untilTurn(ended);
        const recorder = new RoundRecorder(() => performance.now());
        const channels = { updates, stream, signal: ended, onPrefill: undefined, recorder, losses: [] };
        return this.#queue.run(
          () => runDecode(prepared, method, this.#runtime, channels),
          ended,
          () => skippedResult(prepared, this.#runtime, channels),
        );
      },
      async (numbers) => updates.offer(numbers),
    );
    this.runs.push(run);
    return run;
  }

  #entry(id: string): LoadedEntry {
    const entry = this.#entries.get(id);
    if (!entry)
      throw new EngineError('invalid-request', `model "${id}" is not loaded`, { details: { loaded: [] } });
    return entry;
  }

  #entryOf(id: string, seed: number, tokenizer: Tokenizer): LoadedEntry {
    const { vocabSize } = tokenizer;
    const table = new FakeModel({ vocabSize, seed, spread: 3, onForward: () => this.onPass() });
    const model = {
      id,
      backend: 'wasm',
      contextLength: this.contextLength,
      costs: [{ tokens: 1, ms: 1 }],
      readbacks: 0,
      openSequence: () => table.openSequence(),
      copyPrefix: table.copyPrefix,
    } as unknown as CausalModel;
    const tokens = { vocabSize, fingerprint: id === 'foreign' ? 'runes' : tokenizer.fingerprint };
    return {
      model,
      description: { id, sha256: `${seed}`.repeat(64) } as LoadedModel,
      weightBytes: 100,
      memoryBytes: 0,
      pool: new SequencePool(model),
      tokenizer,
      vocabulary: { name: id, ...tokens, scored: tokens },
      endTokenIds: new Set([tokenId(this.endToken.charCodeAt(0) - 97)]),
      chatTemplate: id === 'mute' ? null : new ChatTemplate(template, {}),
      beginTokenId: null,
      dispose: async () => {},
    };
  }
}
