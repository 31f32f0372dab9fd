import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, test } from 'vitest';
import { type EngineDevice, openDevice } from './device.ts';
import { readbackCount } from './readback-counter.ts';

const opened: EngineDevice[] = [];
afterEach(() => {
  for (const device of opened.splice(0)) device.close();
});

async function softwareDevice(subgroups: 'auto' | 'always' | 'never' = 'auto'): Promise<EngineDevice> {
  const answer = await openDevice({ allowSoftware: true, subgroups });
  if (answer.kind === 'none') throw new Error(answer.reason);
  opened.push(answer.device);
  return answer.device;
}

const copyUsage = () => GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
const readUsage = () => GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;

test('a software adapter is taken only when asked for', async () => {
  const device = await softwareDevice();
  const answer = await openDevice({ allowSoftware: false, subgroups: 'auto' });
  if (answer.kind === 'device') answer.device.close();
  expect(answer.kind).toBe(device.isSoftware ? 'none' : 'device');
  if (answer.kind === 'none') expect(answer.reason).toContain('is a software adapter');
});

test('a device that must avoid subgroups has no feature of that name', async () => {
  const device = await softwareDevice('never');
  expect([...device.gpu.features].filter((name) => name.includes('subgroup'))).toEqual([]);
  expect(device.usesSubgroups).toBe(false);
});

test('limits are those of the adapter', async () => {
  const device = await softwareDevice();
  const adapter = await navigator.gpu.requestAdapter();
  expect(device.gpu.limits.maxBufferSize).toBe(adapter!.limits.maxBufferSize);
  expect(device.gpu.limits.maxStorageBufferBindingSize).toBe(adapter!.limits.maxStorageBufferBindingSize);
});

test('the adapter is described with its features and limits', async () => {
  const device = await softwareDevice();
  const { limits, features, featuresInUse, ...names } = device.adapter;
  expect(limits.maxBufferSize).toBe(device.gpu.limits.maxBufferSize);
  expect(features).toEqual(expect.arrayContaining([...device.gpu.features]));
  expect(featuresInUse).toEqual([...device.gpu.features].sort());
  expect(names.isSoftware).toBe(device.isSoftware);
  expect(device.adapterName).toContain(names.vendor);
});

test('buffers are counted with their bytes and owners until they are released, once', async () => {
  const { buffers } = await softwareDevice();
  const one = buffers.create({ owner: 'one', label: 'test', bytes: 64, usage: copyUsage() });
  const two = buffers.create({ owner: 'two', label: 'test', bytes: 16, usage: copyUsage() });
  expect([buffers.liveBuffers, buffers.liveBytes, buffers.owners()]).toEqual([2, 80, ['one', 'two']]);
  one.release();
  one.release();
  expect([buffers.liveBuffers, buffers.liveBytes, buffers.owners()]).toEqual([1, 16, ['two']]);
  two.release();
  expect([buffers.liveBuffers, buffers.liveBytes]).toEqual([0, 0]);
});

test('a buffer ends with a whole vector of four values, which is what kernels and ONNX Runtime bind', async () => {
  const { buffers } = await softwareDevice();
  for (const [asked, given] of [
    [8, 16],
    [16, 16],
    [24, 32],
  ] as const) {
    const owned = buffers.create({ owner: 'test', label: 'test', bytes: asked, usage: copyUsage() });
    expect([owned.bytes, owned.buffer.size, buffers.liveBytes]).toEqual([given, given, given]);
    owned.release();
  }
  expect(buffers.liveBytes).toBe(0);
});

test('every mapping counts once', async () => {
  const { buffers } = await softwareDevice();
  const read = buffers.create({ owner: 'test', label: 'test', bytes: 16, usage: readUsage() });
  const write = buffers.create({
    owner: 'test',
    label: 'test',
    bytes: 16,
    usage: GPUBufferUsage.MAP_WRITE | GPUBufferUsage.COPY_SRC,
  });
  const before = readbackCount();
  await read.buffer.mapAsync(GPUMapMode.READ);
  await write.buffer.mapAsync(GPUMapMode.WRITE);
  expect(readbackCount() - before).toBe(2);
});

test('a lost device says so at every later call', async () => {
  const device = await softwareDevice();
  device.throwIfUnusable();
  device.gpu.destroy();
  await device.gpu.lost;
  for (const _ of [1, 2]) {
    expect(() => device.throwIfUnusable()).toThrow(expect.objectContaining({ code: 'device-lost' }));
  }
});

test('nothing holds a device that is lost or closed', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  for (const [name, end] of Object.entries({
    lost: (device: EngineDevice): void => device.gpu.destroy(),
    closed: (device: EngineDevice): void => device.close(),
  })) {
    const ended = async (): Promise<WeakRef<GPUDevice>> => {
      const device = await softwareDevice();
      opened.splice(0);
      end(device);
      await device.gpu.lost;
      return new WeakRef(device.gpu);
    };
    const gpu = await ended();
    const isFreed = (): boolean => {
      collectGarbage();
      return gpu.deref() === undefined;
    };
    await expect.poll(isFreed, { message: name }).toBe(true);
  }
});

test('an error that the device reports late fails the next call, and only that one', async () => {
  const device = await softwareDevice();
  const reported = new Promise((resolve) => device.gpu.addEventListener('uncapturederror', resolve));
  device.gpu.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
  // Chromium sends what the device is told with the next submit.
  device.gpu.queue.submit([]);
  await reported;
  expect(() => device.throwIfUnusable()).toThrow(expect.objectContaining({ code: 'model-load' }));
  device.throwIfUnusable();
});

test('work that a lost device rejects fails with the loss, even if the loss is told later', async () => {
  const device = await softwareDevice();
  const staging = device.gpu.createBuffer({ size: 16, usage: readUsage() });
  const work = staging.mapAsync(GPUMapMode.READ).catch((failure: unknown) => device.errorOf(failure));
  device.gpu.destroy();
  expect(await work).toMatchObject({ code: 'device-lost' });
  const rejected = new DOMException('A valid external Instance reference no longer exists.', 'AbortError');
  expect(await (await softwareDevice()).errorOf(rejected)).toMatchObject({ code: 'device-lost' });
  const own = new TypeError('a kernel is missing');
  expect(await (await softwareDevice()).errorOf(own)).toBe(own);
});
