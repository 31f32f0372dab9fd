import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { DecodeResult, DecodeRun } from '../../engine/engine-api.ts';
import type { DecodeRequest } from '../../engine/request-types.ts';
import { promptText } from '../../prompt/prompt-text.ts';
import { SpeedMeasurement } from '../../speed/speed-measurement.ts';
import type { SpeedPair } from '../../speed/speed-up.ts';
import { describeFailure, type Failure } from '../kit/failure.ts';
import type { CastMember } from '../story/cast.ts';
import { RunReader } from '../story/run-reader.ts';
import type { RunHeading } from '../story/run-state.ts';
import { type Lane, lanesOf, rivalOf, waysOf } from './race-lanes.ts';

export interface RaceStart {
  readonly request: DecodeRequest;
  /** Ways that run beside the reference; the usual ones where none are given. */
  readonly kinds?: readonly string[] | undefined;
  readonly cast: readonly CastMember[];
  readonly decode: (request: DecodeRequest) => DecodeRun;
  /** Settles when what shows the race is there: it is fetched while the lanes run. */
  readonly view: Promise<unknown>;
}

export type RaceState =
  | { readonly kind: 'none' }
  /**
   * `lane` is under way; -1 while the models warm up, and `lanes.length` while the winner is compared with the reference
   * again.
   */
  | {
      readonly kind: 'running';
      readonly lanes: readonly Lane[];
      readonly lane: number;
      /** Written by the lane that is under way. */
      readonly tokens: number;
      readonly maxTokens: number;
      /** Compared so far. */
      readonly pairs: number;
    }
  | {
      readonly kind: 'finished';
      /** All ways there are. */
      readonly ways: readonly Lane[];
      readonly lanes: readonly Lane[];
      readonly cast: readonly CastMember[];
      readonly results: readonly DecodeResult[];
      /** The reference and the fastest other lane, run again. */
      readonly pairs: readonly SpeedPair[];
    }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Of a request that names no limit. */
const defaultMaxTokens = 200;

/** Runs the lanes of a race one after the other: side by side they would share the machine. */
export class RaceRun implements ReactiveController {
  state: RaceState = { kind: 'none' };
  readonly #host: ReactiveControllerHost;
  /** A race shows how much is written, not the text. */
  readonly #reader = new RunReader<RunHeading>(() => {});
  readonly #speed = new SpeedMeasurement(() => {
    if (this.state.kind === 'running') this.#set({ ...this.state, pairs: this.#speed.pairs.length });
  });

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.stop();
  }

  /** Settles when the race has ended. */
  async start({ request, kinds, cast, decode, view }: RaceStart): Promise<void> {
    this.stop();
    const lanes = lanesOf(request, kinds);
    if (lanes.length === 0) return;
    const { maxTokens = defaultMaxTokens } = request;
    const running = { kind: 'running', lanes, maxTokens, pairs: 0 } as const;
    const isCurrent = (): boolean => this.state.kind === 'running' && this.state.lanes === lanes;
    const begun: RunHeading = { prompt: promptText(request), cast };
    const run = (asked: DecodeRequest, lane: number): Promise<DecodeResult | null> => {
      let tokens = 0;
      this.#set({ ...running, lane, tokens });
      return this.#reader.read({
        begun,
        decode: () => decode(asked),
        onRound: ({ committed }) => {
          tokens += committed.length;
          this.#set({ ...running, lane, tokens });
        },
      });
    };
    try {
      // Every lane is to find the prompt in the caches, as all but the first would.
      if (!(await run({ ...lanes[0].request, maxTokens: 1 }, -1))) return;
      const results: DecodeResult[] = [];
      for (const [lane, { request: asked }] of lanes.entries()) {
        const result = await run(asked, lane);
        if (!result) return;
        results.push(result);
      }
      const rival = rivalOf(results);
      if (rival !== null) {
        const { request: asked, rounds } = results[rival];
        this.#set({ ...running, lane: lanes.length, tokens: 0 });
        await this.#speed.measure({ decode, request: asked, rounds });
      }
      const { pairs } = this.#speed;
      await view;
      if (isCurrent()) this.#set({ kind: 'finished', ways: waysOf(request), lanes, cast, results, pairs });
    } catch (error) {
      if (isCurrent()) this.#set({ kind: 'failed', failure: describeFailure(error) });
    }
  }

  /** Ends the race, or takes its result away. */
  stop = (): void => {
    this.#reader.drop();
    this.#speed.drop();
    this.#set({ kind: 'none' });
  };

  #set(state: RaceState): void {
    this.state = state;
    this.#host.requestUpdate();
  }
}
