import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files whose models need the same shaders run at the two ends of the GPU tests: a driver without its cache would else
 * compile each of them in two processes at once. By their names; the first opens the part, the last closes it.
 */
const ends = ['src/models/session/webgpu.gpu.test.ts', 'src/engine/gpu-rounds.gpu.test.ts'] as const;

export class SameShadersLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const end = ends.findIndex((name) => moduleId.replaceAll('\\', '/').endsWith(name));
      return end < 0 ? 0 : 2 * end - 1;
    };
    const sorted = await super.sort(files);
    return sorted.sort((one, other) => place(one) - place(other));
  }
}
