import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FileServer } from '../models/testing/file-server.ts';
import { Engine } from './engine.ts';
import type { DecodeRequest } from './request-types.ts';
import { runCell } from './testing/fault-cells.ts';
import { faultCells } from './testing/fault-matrix.ts';
import { faultMatrixPage, withFaultMatrix } from './testing/fault-matrix-page.ts';

let server: FileServer;
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => void unhandled.push(reason);
beforeAll(async () => {
  server = await FileServer.start();
  process.on('unhandledRejection', onUnhandled);
});
afterAll(async () => {
  process.off('unhandledRejection', onUnhandled);
  await server.stop();
});

describe('the caller, the engine and the next request after a fault', () => {
  const cells = faultCells().flatMap(({ fault, situation, cell }) =>
    'doesNotApply' in cell ? [] : [[fault, situation, cell] as const],
  );
  test.each(cells)('%s: %s', async (fault, situation, cell) => {
    expect(await runCell(fault, situation, server)).toEqual(cell);
    expect(unhandled.splice(0)).toEqual([]);
  });
});

test('docs/errors.md shows the matrix as it is; else run: npx tsx scripts/fault-matrix.ts', () => {
  expect(readFileSync(faultMatrixPage, 'utf8')).toBe(withFaultMatrix());
});

test('a closed engine refuses every request, also without a worker to end', async () => {
  const options = {
    modelsUrl: 'http://h/',
    catalogueUrl: 'http://h/c',
    hubUrl: 'http://h',
    baseUrl: 'http://h/',
  };
  const engine = new Engine({ backend: 'wasm', ...options });
  await engine.close();
  const request: DecodeRequest = { prompt: 'Long ago', method: { kind: 'plain', model: 'm' } };
  const closed = { code: 'worker-lost' };
  await expect(engine.load('m')).rejects.toMatchObject(closed);
  await expect(engine.estimate('m')).rejects.toMatchObject(closed);
  await expect(engine.decode(request).result).rejects.toMatchObject(closed);
  const query = { request, tokenIds: [], position: 0 };
  await expect(engine.candidates(query)).rejects.toMatchObject(closed);
  expect((await engine.info()).state).toBe('closed');
});
