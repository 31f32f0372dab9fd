import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { EngineError } from '../errors/engine-error.ts';
import type { Round } from '../round/round.ts';
import { readTrace } from './read-trace.ts';
import { loadedModels, recordedRun, requests } from './testing/recorded-run.ts';
import { recordedCandidates, type Trace } from './trace.ts';
import { candidatesLine, headerLine, resultLine, roundLine, traceHeader, writeTrace } from './write-trace.ts';

let trace: Trace;
let text: string;
beforeAll(async () => {
  trace = await recordedRun();
  text = writeTrace(trace);
});

describe('a trace', () => {
  test.each(['collaborative', 'plain', 'ngram'] as const)('is read as it was written: %s', async (kind) => {
    const recorded = await recordedRun(kind);
    expect(readTrace(writeTrace(recorded))).toEqual(recorded);
  });

  test('says of the request what was asked and no more: a seed that was drawn stands in the result', async () => {
    const { header, result } = await recordedRun('plain');
    expect(header.request).not.toHaveProperty('seed');
    expect(header.request.maxTokens).toBe(200);
    expect(result?.seed).toBe(99);
  });

  test('is one JSON object a line, whatever the texts hold', () => {
    const lines = text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).type)).toEqual([
      'header',
      ...trace.rounds.map(() => 'round'),
      'candidates',
      'candidates',
      'result',
    ]);
    expect(JSON.parse(lines[0])).toMatchObject({ format: 'antiphon-trace', version: '2.2' });
  });

  test('keeps any text and any number of its rounds', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    const anyText = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.array(fc.record({ text: anyText, q: unit, ms: unit }), { maxLength: 8 }), (changes) => {
        const rounds = changes.map(({ text, q, ms }, index): Round => {
          const round = trace.rounds[index % trace.rounds.length];
          const proposals = round.proposals.map((proposal) => ({ ...proposal, text, q }));
          const forwards = round.forwards.map((forward) => ({ ...forward, ms }));
          return { ...round, index, atMs: index + ms, text, proposals, forwards };
        });
        const changed = { header: trace.header, rounds, candidates: [], result: null };
        expect(readTrace(writeTrace(changed))).toEqual(changed);
      }),
    );
  });

  test('may be written line by line; candidates may come behind the result', () => {
    const { header, rounds, candidates, result } = trace;
    const [first, second] = candidates;
    const lines = [
      headerLine(header),
      ...rounds.map(roundLine),
      resultLine(result!),
      candidatesLine(first, first.candidates),
      candidatesLine(second, second.candidates),
    ];
    expect(readTrace(lines.join(''))).toEqual(trace);
  });

  test('is read with the line ends and the byte order mark that editors leave', () => {
    expect(readTrace(`\uFEFF${text.replaceAll('\n', '\r\n')}\r\n`)).toEqual(trace);
  });

  test('answers with the candidates that were looked at last', () => {
    const place = { round: 1, proposal: 0 };
    expect(recordedCandidates(trace, place)).toBe(trace.candidates[1].candidates);
    expect(recordedCandidates(trace, { ...place, proposal: 1 })).toBeNull();
  });
});

describe('a recording that was interrupted', () => {
  test('keeps every line that was written to its end, wherever it was cut', () => {
    const lineEnds = [...text.matchAll(/\n/g)].map(({ index }) => index);
    const headerEnd = lineEnds[0];
    for (let cut = headerEnd; cut < text.length; cut += 31) {
      const read = readTrace(text.slice(0, cut));
      const whole = lineEnds.filter((end) => end <= cut).length;
      const kept = read.rounds.length + read.candidates.length + (read.result ? 1 : 0);
      // The line's end may be all that is missing.
      expect([whole - 1, whole]).toContain(kept);
      expect(read.rounds).toEqual(trace.rounds.slice(0, read.rounds.length));
      expect(read.result).toEqual(cut === text.length - 1 ? trace.result : null);
    }
  });

  test('within its header is no trace', () => {
    const cut = text.indexOf('\n') - 5;
    expect(() => readTrace(text.slice(0, cut))).toThrow(
      expect.objectContaining({ code: 'invalid-trace', message: expect.stringContaining('line 1') }),
    );
  });
});

/** The file with one line changed, as JSON. Lines are counted from 1. */
function withLine(number: number, change: (line: Record<string, unknown>) => object): string {
  const lines = text.split('\n');
  lines[number - 1] = JSON.stringify(change(JSON.parse(lines[number - 1])));
  return lines.join('\n');
}

describe('other versions', () => {
  test('a later minor one is read without what it has added', () => {
    const added = { later: { deep: [1] } };
    const extend = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(extend);
      if (typeof value !== 'object' || value === null) return value;
      // A map from tokens to numbers has no fields of its own that a version could add.
      const entries = Object.entries(value).map(([key, inner]) => [
        key,
        key === 'logitBias' ? inner : extend(inner),
      ]);
      return { ...Object.fromEntries(entries), ...added };
    };
    const lines = text.trimEnd().split('\n');
    const extended = lines.map((line) => JSON.stringify(extend(JSON.parse(line))));
    extended[0] = extended[0].replace('"version":"2.2"', '"version":"2.7"');
    extended.splice(3, 0, JSON.stringify({ type: 'mood', value: 1 }));
    expect(readTrace(extended.join('\n'))).toEqual(trace);
  });

  /** The file as version 1.0 wrote it. */
  const asVersion1 = (file: string, members: number) =>
    file
      .replace('"version":"2.2"', '"version":"1.0"')
      .replaceAll(/\{"kind":"member","index":(\d+)\}/g, '$1')
      .replaceAll('{"kind":"lookup"}', String(members));

  test.each(['collaborative', 'plain', 'ngram'] as const)('1.0 is read alike: %s', async (kind) => {
    const recorded = await recordedRun(kind);
    const written = writeTrace(recorded);
    const old = asVersion1(written, recorded.header.members.length);
    expect(old).not.toMatch(/"kind":"(member|lookup)"/);
    expect(readTrace(old)).toEqual(recorded);
  });

  test('the bytes of log probabilities are null where a version before 2.2 wrote none', () => {
    const one = { tokenId: trace.rounds[0].committed[0], text: 'a', bytes: [0x61], logprob: -1 };
    const rounds = [{ ...trace.rounds[0], logprobs: [{ ...one, top: [one] }] }];
    const file = writeTrace({ header: trace.header, rounds, candidates: [], result: null });
    expect(readTrace(file).rounds).toEqual(rounds);
    const [{ logprobs }] = readTrace(file.replaceAll('"bytes":[97],', '')).rounds;
    expect(logprobs).toEqual([{ ...one, bytes: null, top: [{ ...one, bytes: null }] }]);
  });

  test.each(['lookup-1.0.jsonl', 'story-1.0.jsonl'])(
    'a recording of version 1.0 is told by who proposed: %s',
    (path) => {
      const file = readFileSync(new URL(`fixtures/${path}`, import.meta.url), 'utf8');
      expect(file).toContain('"version":"1.0"');
      const read = readTrace(file);
      expect(readTrace(writeTrace(read))).toEqual(read);
      const told = read.rounds.flatMap(({ proposals }) => proposals.map(({ proposer }) => proposer));
      const numbers = [...file.matchAll(/"proposer":(\d+|null),"/g)].map(([, number]) => JSON.parse(number));
      const { length } = read.header.members;
      expect(new Set(numbers).size).toBeGreaterThan(1);
      expect(told).toEqual(
        numbers.slice(0, told.length).map((number: number | null) => {
          if (number === null) return null;
          return number < length ? { kind: 'member', index: number } : { kind: 'lookup' };
        }),
      );
    },
  );

  test.each(['3.0', '0.9', '10.0'])('major version of %s is refused with both numbers', (version) => {
    expect(() => readTrace(withLine(1, (line) => ({ ...line, version, request: 1 })))).toThrow(
      expect.objectContaining({
        code: 'invalid-trace',
        message: expect.stringMatching(new RegExp(`line 1, version: ${version} .*than 1 and 2`)),
      }),
    );
  });
});

describe('is refused with line and field', () => {
  type Line = Record<string, unknown>;
  const proposalsWith = (change: object) => (line: Line) => ({
    ...line,
    proposals: (line.proposals as object[]).map((proposal) => ({ ...proposal, ...change })),
  });
  test.each<{ name: string; line: number; field: string | null; change: (line: Line) => object }>([
    { name: 'another format', line: 1, field: 'format', change: (line) => ({ ...line, format: 'x' }) },
    { name: 'no header', line: 1, field: 'type', change: (line) => ({ ...line, type: 'round' }) },
    {
      name: 'a version that is none',
      line: 1,
      field: 'version',
      change: (line) => ({ ...line, version: 1 }),
    },
    { name: 'a broken request', line: 1, field: 'request', change: (line) => ({ ...line, request: {} }) },
    {
      name: 'a member too few',
      line: 1,
      field: 'members',
      change: (line) => ({ ...line, members: [(line.members as []).at(0)] }),
    },
    {
      name: 'a hash that is none',
      line: 1,
      field: 'members.0.sha256',
      change: (line) => ({ ...line, members: [{ model: 'a', label: 'a', sha256: 'x' }] }),
    },
    { name: 'a list in place of a line', line: 2, field: 'type', change: () => [] },
    { name: 'nothing in place of a line', line: 2, field: null, change: () => null as unknown as object },
    { name: 'a line without a type', line: 2, field: 'type', change: () => ({}) },
    { name: 'a line of unknown type', line: 2, field: 'type', change: () => ({ type: 'mood' }) },
    { name: 'a missing round', line: 4, field: 'index', change: (line) => ({ ...line, index: 7 }) },
    { name: 'a round before its time', line: 4, field: 'atMs', change: (line) => ({ ...line, atMs: 1 }) },
    { name: 'a time that is no number', line: 3, field: 'atMs', change: (line) => ({ ...line, atMs: null }) },
    { name: 'an unknown fate', line: 3, field: 'proposals.0.fate', change: proposalsWith({ fate: 'lost' }) },
    {
      name: 'a member too many',
      line: 3,
      field: 'proposals.0.proposer',
      change: proposalsWith({ proposer: { kind: 'member', index: 2 } }),
    },
    {
      name: 'a look-up where none was asked for',
      line: 3,
      field: 'proposals.0.proposer',
      change: proposalsWith({ proposer: { kind: 'lookup' } }),
    },
    {
      name: 'a number for a proposer, as in version 1',
      line: 3,
      field: 'proposals.0.proposer',
      change: proposalsWith({ proposer: 0 }),
    },
    { name: 'a probability above 1', line: 3, field: 'proposals.0.q', change: proposalsWith({ q: 1.5 }) },
    {
      name: 'markup for a text',
      line: 3,
      field: 'proposals.0.text',
      change: proposalsWith({ text: { html: '' } }),
    },
    {
      name: 'a forward of nobody',
      line: 2,
      field: 'forwards.0.member',
      change: (line) => ({
        ...line,
        forwards: [{ member: 2, kind: 'draft', tokens: 1, startMs: 0, ms: 1, estimated: false }],
      }),
    },
    {
      name: 'a cache too many',
      line: 3,
      field: 'kvLengths',
      change: (line) => ({ ...line, kvLengths: [1, 1, 1] }),
    },
    {
      name: 'draft lengths too many',
      line: 3,
      field: 'draftLengths',
      change: (line) => ({ ...line, draftLengths: [1, 1, 1] }),
    },
    {
      name: 'numbers the combination cannot have',
      line: 3,
      field: 'combine',
      change: (line) => ({ ...line, combine: { mu: 1 } }),
    },
  ])('$name', ({ line, field, change }) => {
    const read = () => readTrace(withLine(line, change));
    expect(read).toThrow(EngineError);
    expect(read).toThrow(
      expect.objectContaining({
        code: 'invalid-trace',
        message: expect.stringContaining(field === null ? `line ${line}: ` : `line ${line}, ${field}: `),
        details: { line, field },
      }),
    );
  });

  const lineOf = (type: string) =>
    text.split('\n').findIndex((line) => line.includes(`"type":"${type}"`)) + 1;
  test.each<{ name: string; type: string; field: string; change: (line: Line) => object }>([
    {
      name: 'candidates of a round to come',
      type: 'candidates',
      field: 'round',
      change: (line) => ({ ...line, round: 999 }),
    },
    {
      name: 'candidates of no proposal',
      type: 'candidates',
      field: 'proposal',
      change: (line) => ({ ...line, proposal: 99 }),
    },
    {
      name: 'candidates of another team',
      type: 'candidates',
      field: 'members',
      change: (line) => ({ ...line, members: [] }),
    },
    {
      name: 'a result of another method',
      type: 'result',
      field: 'request',
      change: (line) => ({ ...line, request: requests.plain }),
    },
    {
      name: 'an end that is none',
      type: 'result',
      field: 'finishReason',
      change: (line) => ({ ...line, finishReason: 'x' }),
    },
  ])('$name', ({ type, field, change }) => {
    const line = lineOf(type);
    expect(() => readTrace(withLine(line, change))).toThrow(
      expect.objectContaining({ code: 'invalid-trace', details: { line, field } }),
    );
  });

  test.each([
    { name: 'an empty file', of: () => '', line: 1 },
    { name: 'another file', of: () => '<!doctype html>', line: 1 },
    { name: 'a result in the middle', of: () => text + text.split('\n')[1], line: 0 },
    { name: 'two results', of: () => text + resultLine(trace.result!), line: 0 },
    {
      name: 'a broken line before the last',
      of: () => text.replace('\n{"type":"round"', '\n{"type:"round"'),
      line: 2,
    },
    { name: 'a broken last line that was written to its end', of: () => `${text}{"type":\n`, line: 0 },
  ])('$name', ({ of, line }) => {
    const file = of();
    const expected = line || file.trimEnd().split('\n').length;
    expect(() => readTrace(file)).toThrow(
      expect.objectContaining({
        code: 'invalid-trace',
        details: expect.objectContaining({ line: expected }),
      }),
    );
  });
});

describe('whatever it is given', () => {
  /** A trace, or a refusal; nothing else may come of a file. */
  const readOrRefuse = (file: string): void => {
    try {
      readTrace(file);
    } catch (error) {
      expect(error).toMatchObject({ name: 'EngineError', code: 'invalid-trace' });
    }
  };

  test('the reader reads or refuses: any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), readOrRefuse));
  });

  test('any JSON behind a good header, and in place of it', () => {
    const lines = fc.array(
      fc.oneof(
        fc.json(),
        fc.object().map((value) => JSON.stringify({ ...value, type: 'round' })),
      ),
    );
    fc.assert(
      fc.property(lines, fc.boolean(), (behind, withHeader) => {
        readOrRefuse([...(withHeader ? [headerLine(trace.header).trimEnd()] : []), ...behind].join('\n'));
      }),
    );
  });

  test('a good file with any value anywhere replaced', () => {
    const lines = text.trimEnd().split('\n');
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(-1, 1e308, 0.5, '', '__proto__', null, [], {}, { __proto__: null, a: 1 }, 2 ** 53),
    );
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.nat(), anything, (number, place, value) => {
        let count = 0;
        const replaced = JSON.stringify(JSON.parse(lines[number]), (_key, inner) =>
          count++ === (place % 60) + 1 ? value : inner,
        );
        readOrRefuse(lines.with(number, replaced ?? 'null').join('\n'));
      }),
      { numRuns: 500 },
    );
  });

  test('a file in which characters were changed', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 3 }), (at, inserted) => {
        readOrRefuse(text.slice(0, at) + inserted + text.slice(at + 1));
      }),
      { numRuns: 300 },
    );
  });

  test('keys like __proto__ change nothing but the line they stand in', () => {
    const file = text.replace('"type":"round"', '"__proto__":{"index":5,"polluted":1},"type":"round"');
    expect(readTrace(file)).toEqual(trace);
    expect({}).not.toHaveProperty('polluted');
  });

  test('a line that nests too deep for the parser is refused', () => {
    const deep = `${headerLine(trace.header)}{"type":"round","index":${'['.repeat(200_000)}${']'.repeat(200_000)}}\n`;
    readOrRefuse(deep);
  });
});

describe('a header', () => {
  test('names members, in the order of the request, by the titles of their models', () => {
    const header = traceHeader({ request: requests.collaborative, models: loadedModels });
    expect(header.members).toEqual([
      { model: 'a', label: 'Model a', sha256: '0'.repeat(64) },
      { model: 'b', label: 'Model b', sha256: '1'.repeat(64) },
    ]);
  });

  test('is refused for a model that is not loaded', () => {
    expect(() => traceHeader({ request: requests.collaborative, models: [] })).toThrow(
      expect.objectContaining({ code: 'invalid-request' }),
    );
  });
});
