import { afterAll, beforeAll, expect, test } from 'vitest';
import { withDataBeside } from '../testing/data-beside.ts';
import { dragonStory, onceUponATime, storyModel } from '../testing/load-story-model.ts';
import { openSession } from '../testing/open-session.ts';
import { greedyTokens, largestDifference, rowsOfPass } from '../testing/sequence-rows.ts';
import type { LoadedCausalModel } from './ort-causal-model.ts';
import { ModelRuntime } from './runtime.ts';

/*
 * On SwiftShader here, where the first pass of a width compiles shaders for seconds: everything is done with
 * the draft-size model, and one load serves all tests. It begins on a device with subgroups: on software they
 * are the fault that the self-check is there for, so the tests go on with the device that replaced it.
 */
let runtime: ModelRuntime;
let beganInSoftware: boolean;
let model: LoadedCausalModel;
beforeAll(async () => {
  runtime = await ModelRuntime.open('webgpu', { subgroups: 'always' });
  beganInSoftware = runtime.device!.isSoftware;
  model = await runtime.loadModel(await storyModel('story-draft'));
});
afterAll(() => runtime.close());

test('a device whose wide passes are wrong is replaced by one without subgroups', () => {
  expect([runtime.backend, model.backend]).toEqual(['webgpu', 'webgpu']);
  expect(runtime.device!.usesSubgroups).toBe(!beganInSoftware);
  expect(model.noise.maxLogitDifference).toBeLessThan(2e-3);
});

test('the user is told where the model runs and what was passed over', () => {
  expect(runtime.backendReason).toMatch(/^WebGPU on .+\.$/);
  expect(model.notes.length).toBe(beganInSoftware ? 1 : 0);
  if (!beganInSoftware) return;
  expect(model.notes[0]).toMatch(/^The self-check of story-draft failed on .+ with subgroups: .+ differ by/);
  expect(runtime.backendReason).toContain(model.notes[0]);
});

test('loading leaves no buffer behind, a sequence gives back its cache and the logits', async () => {
  expect(runtime.gpuBufferOwners()).toEqual([]);
  // Unpadded, so that what a pass needs does not hang on how fast this machine is.
  const session = await openSession(await storyModel('story-draft'), runtime.device!);
  const sequence = session.openSequence();
  const logits = await sequence.forward({ kind: 'host', length: 5, ids: onceUponATime }, 'last');
  // Keys and values of one layer, and one row of logits: no others were computed.
  expect(runtime.liveGpuBuffers()).toBe(3);
  expect(runtime.liveGpuBytes()).toBe(2 * 512 * 48 * 4 + 16 * Math.ceil(model.width / 4));
  logits.dispose();
  logits.dispose();
  const held = await sequence.forward({ kind: 'host', length: 1, ids: onceUponATime.slice(0, 1) }, 'last');
  expect(runtime.liveGpuBuffers()).toBe(3);
  sequence.dispose();
  expect(runtime.gpuBufferOwners()).toEqual(['story-draft#1.logits']);
  held.dispose();
  expect([runtime.liveGpuBuffers(), runtime.liveGpuBytes()]).toEqual([0, 0]);
  await session.release();
});

test('weights in a file beside the model give the same logits', async () => {
  const given = await storyModel('story-draft');
  const session = await openSession(
    { ...given, ...withDataBeside(given.onnx, 'model_q4.onnx_data') },
    runtime.device!,
  );
  const beside = await rowsOfPass(session.openSequence(), onceUponATime);
  await session.release();
  const sequence = model.openSequence();
  expect(largestDifference(beside, await rowsOfPass(sequence, onceUponATime))).toBeLessThan(2e-3);
  sequence.dispose();
});

test('in steady state passes allocate no buffers, and logits that are held keep their rows', async () => {
  const sequence = model.openSequence();
  const rowsOf = async (from: number) => {
    sequence.rollback(0);
    return sequence.forward({ kind: 'host', length: 5, ids: dragonStory.slice(from, from + 5) }, 'all');
  };
  // Two at a time, and in the second turn no more than in the first.
  const inTurn = async () => {
    const first = await rowsOf(0);
    const second = await rowsOf(20);
    const values = [await first.toHost(), await second.toHost()];
    first.dispose();
    second.dispose();
    return values;
  };
  const values = await inTurn();
  expect(values[0]).not.toEqual(values[1]);
  const { buffers } = runtime.device!;
  const created = buffers.createdBuffers;
  expect(await inTurn()).toEqual(values);
  // What the two were read back through.
  expect(buffers.createdBuffers - created).toBe(2);
  sequence.dispose();
  expect(runtime.gpuBufferOwners()).toEqual([]);
});

test('story-draft continues "Once upon a time" as on WASM, with one read-back a token', async () => {
  const sequence = model.openSequence();
  const before = model.readbacks;
  expect(await greedyTokens(sequence, onceUponATime, 8)).toEqual([14, 352, 281, 260, 875, 1669, 335, 720]);
  expect(model.readbacks - before).toBe(8);
  sequence.dispose();
});

test('logits stay within 0.001 of WASM, over one wide pass and a narrow one behind it', async () => {
  const wasm = await ModelRuntime.open('wasm');
  const wasmModel = await wasm.loadModel(await storyModel('story-draft'));
  const onWasm = wasmModel.openSequence();
  const onGpu = model.openSequence();
  for (const ids of [dragonStory.slice(0, 40), dragonStory.slice(40, 41)]) {
    expect(largestDifference(await rowsOfPass(onGpu, ids), await rowsOfPass(onWasm, ids))).toBeLessThan(1e-3);
  }
  onGpu.dispose();
  await wasm.close();
});

test('rolled back, the shared cache answers bit for bit as before', async () => {
  const sequence = model.openSequence();
  await rowsOfPass(sequence, onceUponATime);
  const once = await rowsOfPass(sequence, dragonStory.slice(5, 6));
  sequence.rollback(5);
  await sequence.forward({ kind: 'host', length: 1, ids: dragonStory.slice(20, 21) }, 'none');
  sequence.rollback(5);
  expect(await rowsOfPass(sequence, dragonStory.slice(5, 6))).toEqual(once);
  sequence.dispose();
});

test('tokens may lie on the device, anywhere in a buffer', async () => {
  const fromHost = model.openSequence();
  const expected = await rowsOfPass(fromHost, onceUponATime);
  const fromDevice = model.openSequence();
  const { gpu, buffers } = runtime.device!;
  // As a sampler leaves them, behind two others: int64.
  const written = BigInt64Array.from([7, 7, ...onceUponATime], BigInt);
  const tokens = buffers.create({
    owner: 'test',
    label: 'test.tokens',
    bytes: written.byteLength,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  gpu.queue.writeBuffer(tokens.buffer, 0, written);
  const logits = await fromDevice.forward(
    { kind: 'device', length: 5, buffer: tokens.buffer, offset: 2 },
    'all',
  );
  expect(await logits.toHost()).toEqual(expected);
  logits.dispose();
  tokens.release();
  fromHost.dispose();
  fromDevice.dispose();
  expect(runtime.gpuBufferOwners()).toEqual([]);
});

test('padded passes answer what unpadded ones do, fed from the host or from the device', async () => {
  const device = runtime.device!;
  const session = await openSession(await storyModel('story-draft'), device);
  const plain = session.openSequence();
  session.padPasses({ paddedTokens: (tokens) => Math.ceil(tokens / 8) * 8 });
  const padded = session.openSequence();
  for (const sequence of [plain, padded]) await rowsOfPass(sequence, onceUponATime);
  const ids = dragonStory.slice(5, 8);
  const expected = await rowsOfPass(plain, ids);
  const fromHost = await rowsOfPass(padded, ids);
  expect(padded.kvLength).toBe(8);
  padded.rollback(5);
  // Behind the tokens lies what must not be fed: no token of the vocabulary.
  const tokens = device.buffers.create({
    owner: 'test',
    label: 'test.tokens',
    bytes: 64,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  const words = [...ids, 99999, 99999, 99999, 99999, 99999].map(BigInt);
  device.gpu.queue.writeBuffer(tokens.buffer, 0, BigInt64Array.from(words));
  const logits = await padded.forward({ kind: 'device', length: 3, buffer: tokens.buffer, offset: 0 }, 'all');
  const fromDevice = await logits.toHost();
  expect(padded.kvLength).toBe(8);
  for (const rows of [fromHost, fromDevice]) {
    expect(rows.length).toBe(3 * session.width);
    expect(largestDifference(rows, expected)).toBeLessThan(1e-3);
  }
  logits.dispose();
  tokens.release();
  await session.release();
  expect(runtime.gpuBufferOwners()).toEqual([]);
});
