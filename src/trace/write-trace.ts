import type { Candidates } from '../decode/candidates.ts';
import type { ProposalPlace } from '../engine/candidates-query.ts';
import { validateDecodeRequest } from '../engine/decode-request.ts';
import type { DecodeResult, LoadedModel } from '../engine/engine-api.ts';
import { engineVersion } from '../engine/engine-version.ts';
import { membersOf } from '../engine/request-members.ts';
import type { DecodeRequest } from '../engine/request-types.ts';
import { EngineError } from '../errors/engine-error.ts';
import type { Round } from '../round/round.ts';
import type { SpeedPair } from '../speed/speed-up.ts';
import { type Trace, type TraceHeader, traceFormat, traceVersion } from './trace.ts';

/** What a recording's header is made from. */
export interface HeaderParts {
  /** The run's own. */
  readonly request: DecodeRequest;
  /** The loaded models, those of the request among them. */
  readonly models: readonly LoadedModel[];
  /** What to call the members; default: the titles of their models. */
  readonly labels?: readonly string[];
  /** Default: now. */
  readonly createdAt?: Date;
}

/**
 * The header of a recording.
 * @throws EngineError `invalid-request` for an invalid request, and for one that names a model missing from `models`
 */
export function traceHeader({
  request,
  models,
  labels = [],
  createdAt = new Date(),
}: HeaderParts): TraceHeader {
  const { seed: _drawn, ...valid } = validateDecodeRequest(request);
  const { seed } = request;
  const members = membersOf(valid).map(({ model: name }, index) => {
    const model = models.find(({ id }) => id === name);
    if (!model) {
      throw new EngineError(
        'invalid-request',
        `model "${name}" of the request is not among the loaded ones`,
        {
          details: { model: name, loaded: models.map(({ id }) => id) },
        },
      );
    }
    return { model, label: labels[index] ?? model.title };
  });
  return {
    engineVersion,
    createdAt: createdAt.toISOString(),
    backend: members[0].model.backend,
    request: seed === undefined ? valid : { ...valid, seed },
    members: members.map(({ model, label }) => ({ model: model.id, label, sha256: model.sha256 })),
  };
}

/** The first line of a trace. Each of these functions answers with one line and its end. */
export function headerLine(header: TraceHeader): string {
  const version = `${traceVersion.major}.${traceVersion.minor}`;
  return line({ type: 'header', format: traceFormat, version, ...header });
}

/** The line of a round. */
export function roundLine(round: Round): string {
  return line({ type: 'round', ...round });
}

/** May stand anywhere behind its round. */
export function candidatesLine({ round, proposal }: ProposalPlace, candidates: Candidates): string {
  return line({ type: 'candidates', round, proposal, ...candidates });
}

/** No round may follow. */
export function resultLine({ rounds: _written, stats, ...result }: DecodeResult): string {
  const { speedUp, ...summed } = stats;
  const predictedSpeedUp = speedUp?.predicted ?? null;
  // Readers of 2.2 want a measured speed beside a predicted one, or neither.
  return line({ type: 'result', ...result, stats: { ...summed, speedUp: null, predictedSpeedUp } });
}

/** Any number of them may stand behind the result. */
export function speedPairLine(pair: SpeedPair): string {
  return line({ type: 'speed-pair', ...pair });
}

/** A whole trace as JSON Lines. */
export function writeTrace({
  header,
  rounds,
  candidates,
  result,
  speedPairs = [],
}: Omit<Trace, 'speedPairs'> & Partial<Pick<Trace, 'speedPairs'>>): string {
  return [
    headerLine(header),
    ...rounds.map(roundLine),
    ...candidates.map((recorded) => candidatesLine(recorded, recorded.candidates)),
    ...(result ? [resultLine(result)] : []),
    ...speedPairs.map(speedPairLine),
  ].join('');
}

const line = (value: object): string => `${JSON.stringify(value)}\n`;
