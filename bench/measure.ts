import { writeFileSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';
import { connect } from '../src/antiphon-node.ts';
import { conclusionsOf } from '../src/measure/conclusions.ts';
import { measureDevice } from '../src/measure/measure-device.ts';
import { bundledPlan } from '../src/measure/measure-plan.ts';
import type { MeasuredHost } from '../src/measure/measurement.ts';

const nodeHost = (): MeasuredHost => ({
  userAgent: `Node.js/${process.versions.node}`,
  brands: [],
  platform: process.platform,
  platformVersion: release(),
  architecture: arch(),
  model: cpus()[0]?.model.trim() || null,
  cores: cpus().length || null,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
});

/** Measures this machine as the page does, in Node.js, and writes the same file. Answers what to print. */
export async function measureHere(fileName: string, log: (line: string) => void): Promise<string> {
  let last = '';
  const measurement = await measureDevice({
    connect: (backend) => connect({ backend }),
    plan: bundledPlan,
    host: nodeHost(),
    onProgress: ({ what, share }) => {
      const [step] = what.split(/,| …/);
      if (step !== last) log(`${`${Math.round(100 * share)} %`.padStart(5)}  ${step}`);
      last = step;
    },
  });
  writeFileSync(fileName, `${JSON.stringify(measurement, null, 1)}\n`);
  return `${conclusionsOf(measurement).join('\n')}\n\nWritten to ${fileName}`;
}
