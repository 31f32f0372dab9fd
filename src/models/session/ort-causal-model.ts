import type { BackendKind, CausalModel, Sequence, VerificationNoise } from '../causal-model.ts';
import type { ForwardCosts } from '../forward-costs.ts';
import type { ModelSession } from './model-session.ts';
import type { OrtSequence } from './ort-sequence.ts';

/** A model that has passed its self-check, with what there is to say about how it was loaded. */
export interface LoadedCausalModel extends CausalModel {
  /** Sentences for the user: where the model runs, and what was passed over on the way. */
  readonly notes: readonly string[];
}

export interface OrtCausalModelParts {
  readonly id: string;
  readonly backend: BackendKind;
  readonly contextLength: number;
  readonly noise: VerificationNoise;
  readonly costs: ForwardCosts;
  readonly batchShare: number;
  readonly notes: readonly string[];
  readonly session: ModelSession;
  /** Told once, when dispose begins. */
  readonly onDispose: (model: OrtCausalModel) => void;
}

export class OrtCausalModel implements LoadedCausalModel {
  readonly id: string;
  readonly backend: BackendKind;
  readonly width: number;
  readonly contextLength: number;
  readonly noise: VerificationNoise;
  readonly costs: ForwardCosts;
  readonly batchShare: number;
  readonly notes: readonly string[];
  readonly #session: ModelSession;
  readonly #onDispose: (model: OrtCausalModel) => void;

  constructor(parts: OrtCausalModelParts) {
    this.id = parts.id;
    this.backend = parts.backend;
    this.width = parts.session.width;
    this.contextLength = parts.contextLength;
    this.noise = parts.noise;
    this.costs = parts.costs;
    this.batchShare = parts.batchShare;
    this.notes = parts.notes;
    this.#session = parts.session;
    this.#onDispose = parts.onDispose;
  }

  get readbacks(): number {
    return this.#session.readbacks;
  }

  openSequence(): Sequence {
    return this.#session.openSequence();
  }

  copyPrefix(from: Sequence, to: Sequence, length: number): Promise<void> {
    return (to as OrtSequence).copyFrom(from as OrtSequence, length);
  }

  dispose(): Promise<void> {
    this.#onDispose(this);
    return this.#session.release();
  }
}
