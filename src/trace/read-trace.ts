import type * as v from 'valibot';
import { summarize } from '../decode/statistics.ts';
import { validateRecordedRequest, withCombineNumbers } from '../engine/decode-request.ts';
import type { DecodeResult } from '../engine/engine-api.ts';
import { membersOf } from '../engine/request-members.ts';
import type { RecordedRequest } from '../engine/request-types.ts';
import { EngineError } from '../errors/engine-error.ts';
import { parseOrThrow } from '../errors/parse-or-throw.ts';
import type { Round } from '../round/round.ts';
import { readableMajors, type Trace, type TraceCandidates, type TraceHeader, traceVersion } from './trace.ts';
import {
  candidatesSchema,
  formatSchema,
  headerSchema,
  lineSchema,
  resultSchema,
  roundSchema,
} from './trace-schema.ts';

/** One line of the file, parsed. */
interface Line {
  /** Counted from 1. */
  readonly number: number;
  readonly value: unknown;
}

/**
 * Reads a trace of this major version or an earlier one. All of it is data: nothing in it is run, loaded or taken for
 * markup. A last line that was cut off, as an interrupted recording leaves it, is left out; so is what a later minor
 * version has added.
 * @param text of the file
 * @throws EngineError `invalid-trace`, naming line and field, what is wrong there, and a later major version
 */
export function readTrace(text: string): Trace {
  const lines = linesOf(text);
  const first = lines.next();
  if (first.done) throw invalid(1, null, 'the file is empty: a trace begins with its header');
  const { major, minor } = readVersion(first.value);
  const header = readHeader(first.value);
  const schema = roundSchema(major, header.members.length);
  const rounds: Round[] = [];
  const candidates: TraceCandidates[] = [];
  let result: ResultLine | null = null;
  for (const line of lines) {
    const { type } = parse(line, lineSchema);
    if (type === 'round') {
      if (result) throw invalid(line.number, 'type', 'a round stands behind the result');
      rounds.push(readRound(parse(line, schema), line, header, rounds));
    } else if (type === 'candidates') {
      candidates.push(readCandidates(line, header, rounds));
    } else if (type === 'result') {
      if (result) throw invalid(line.number, 'type', 'a second result');
      result = readResult(line, header);
    } else if (minor <= traceVersion.minor) {
      throw invalid(line.number, 'type', `${shown(type)} is none of round, candidates, result`);
    }
  }
  return { header, rounds, candidates, result: result && wholeResult(result, header, rounds) };
}

function* linesOf(text: string): Generator<Line, void, void> {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  const last = lines.length - 1;
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      // Every line that was written to its end has a line end.
      if (index === last && index > 0) return;
      throw invalid(index + 1, null, `this is not JSON: ${shown(line)}`, cause);
    }
    yield { number: index + 1, value };
  }
}

function readVersion(line: Line): { readonly major: number; readonly minor: number } {
  const { version } = parse(line, formatSchema);
  const [major, minor] = version.split('.').map(Number);
  if (!readableMajors.includes(major)) {
    throw invalid(
      line.number,
      'version',
      `${version} has another major version than ${readableMajors.join(' and ')}, which this reader knows: open it with the version of Antiphon that wrote it`,
    );
  }
  return { major, minor };
}

function readHeader(line: Line): TraceHeader {
  const header = parse(line, headerSchema);
  const request = checked(line, () => validateRecordedRequest(header.request));
  const wanted = membersOf(request).length;
  if (header.members.length !== wanted) {
    const seen = header.members.length;
    throw invalid(line.number, 'members', `${seen} members, and the request has ${wanted}`);
  }
  return { ...header, request };
}

function readRound(round: Round, line: Line, header: TraceHeader, earlier: readonly Round[]): Round {
  const { method } = header.request;
  const members = header.members.length;
  const looksUp = method.kind === 'speculative' && method.drafter.kind === 'ngram';
  const proposers = members + (looksUp ? 1 : 0);
  const refuse = (field: string, problem: string): never => {
    throw invalid(line.number, field, problem);
  };
  if (round.index !== earlier.length) {
    refuse('index', `${round.index}, expected ${earlier.length}`);
  }
  const before = earlier.at(-1)?.atMs ?? 0;
  if (round.atMs < before) refuse('atMs', `${round.atMs} is earlier than the previous round (${before})`);
  for (const [index, { member }] of round.forwards.entries()) {
    if (member >= members) refuse(`forwards.${index}.member`, `member ${member} of ${members}`);
  }
  for (const [index, { proposer }] of round.proposals.entries()) {
    const field = `proposals.${index}.proposer`;
    if (proposer?.kind === 'lookup' && !looksUp) refuse(field, 'a look-up that the request does not have');
    if (proposer?.kind === 'member' && proposer.index >= members) {
      refuse(field, `member ${proposer.index} of ${members}`);
    }
  }
  if (round.kvLengths.length !== members) {
    refuse('kvLengths', `${round.kvLengths.length} lengths of ${members} members`);
  }
  if (round.draftLengths.length > proposers) {
    refuse('draftLengths', `${round.draftLengths.length} lengths of ${proposers} proposers`);
  }
  if (round.combine) checked(line, () => withCombineNumbers(header.request.method, round.combine), 'combine');
  return round;
}

function readCandidates(line: Line, header: TraceHeader, rounds: readonly Round[]): TraceCandidates {
  const { round, proposal, ...candidates } = parse(line, candidatesSchema);
  if (round >= rounds.length) throw invalid(line.number, 'round', `round ${round} has not come yet`);
  const proposals = rounds[round].proposals.length;
  if (proposal >= proposals) {
    throw invalid(line.number, 'proposal', `proposal ${proposal} of ${proposals} in round ${round}`);
  }
  const { length } = candidates.members;
  if (length !== header.members.length) {
    throw invalid(line.number, 'members', `${length} lists of ${header.members.length} members`);
  }
  return { round, proposal, candidates };
}

type ResultLine = Omit<v.InferOutput<typeof resultSchema>, 'request'> & { readonly request: RecordedRequest };

function readResult(line: Line, header: TraceHeader): ResultLine {
  const result = parse(line, resultSchema);
  const request = checked(line, () => validateRecordedRequest(result.request));
  const members = membersOf(request).length;
  if (request.method.kind !== header.request.method.kind || members !== header.members.length) {
    throw invalid(line.number, 'request', "it is not the header's");
  }
  return { ...result, request };
}

/** What was written down of a result, and what its rounds tell. */
function wholeResult(
  { request, seed, stats, ...result }: ResultLine,
  { members }: TraceHeader,
  rounds: readonly Round[],
): DecodeResult {
  const modelIds = members.map(({ model }) => model);
  return {
    ...result,
    seed,
    request: { ...request, seed },
    tokenIds: rounds.flatMap(({ committed }) => committed),
    rounds,
    stats: { ...summarize(rounds, modelIds, stats.liveGpuBuffers), speedUp: stats.speedUp },
  };
}

function parse<const TSchema extends v.GenericSchema>(line: Line, schema: TSchema): v.InferOutput<TSchema> {
  return parseOrThrow(schema, line.value, '', ({ field, problem }) =>
    invalid(line.number, field || null, problem),
  );
}

/** The same for what is checked as the engine checks it. @param field what the line calls it */
function checked<T>(line: Line, check: () => T, field = 'request'): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw invalid(line.number, field, error.message, error);
  }
}

function invalid(line: number, field: string | null, problem: string, cause?: unknown): EngineError {
  const where = field === null ? `line ${line}` : `line ${line}, ${field}`;
  return new EngineError('invalid-trace', `${where}: ${problem}`, { details: { line, field }, cause });
}

/** A piece of the file for a message. */
function shown(text: string): string {
  const max = 60;
  return JSON.stringify(text.length > max ? `${text.slice(0, max)}…` : text);
}
