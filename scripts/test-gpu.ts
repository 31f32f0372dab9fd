import { chooseGpuAdapter } from './gpu-adapter.ts';

/** Set up once for all GPU tests. */
export default function setUpGpu(): void {
  process.stdout.write(`GPU tests run on ${chooseGpuAdapter()}.\n`);
}
