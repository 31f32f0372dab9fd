import { execFileSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findBrowser } from '../find-browser.ts';

/** What a process of Node.js finds; of several adapters Dawn prefers hardware. */
interface Adapter {
  readonly description: string;
  readonly software: boolean;
  readonly shaderF16: boolean;
  /** null: no subgroups. */
  readonly subgroupSize: readonly [min: number, max: number] | null;
}

/** Chromium's software renderer and the file by which a Vulkan loader finds it. */
const icdFile = 'vk_swiftshader_icd.json';
/** Distributions start the browser by a script that lies elsewhere. */
const browserFolders = ['/usr/lib/chromium', '/usr/lib/chromium-browser'];

/** In a process of its own: a loader reads its settings once. */
function adapterWith(environment: Readonly<Record<string, string>>): Adapter | null {
  const script = `
    const { create } = await import('webgpu');
    const adapter = await create([]).requestAdapter({ powerPreference: 'high-performance' });
    const { info, features } = adapter ?? {};
    console.log(JSON.stringify(adapter && {
      description: [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(' '),
      software: info.isFallbackAdapter,
      shaderF16: features.has('shader-f16'),
      subgroupSize: features.has('subgroups') ? [info.subgroupMinSize, info.subgroupMaxSize] : null,
    }));`;
  const answer = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    // What Dawn warns of is shown where it fails.
    stdio: 'pipe',
  });
  return JSON.parse(answer);
}

function swiftShader(): string | undefined {
  return [dirname(realpathSync(findBrowser())), ...browserFolders]
    .map((folder) => join(folder, icdFile))
    .find((path) => existsSync(path));
}

/** For a line of output. */
function inWords({ description, software, shaderF16, subgroupSize }: Adapter): string {
  return [
    description,
    software ? 'in software' : 'hardware',
    shaderF16 ? 'shader-f16' : 'no shader-f16',
    subgroupSize ? `subgroups of ${[...new Set(subgroupSize)].join(' to ')}` : 'no subgroups',
  ].join(', ');
}

/**
 * Chooses the adapter of GPU tests in Node.js: hardware, else what the Vulkan loader finds (Mesa's lavapipe from 23 on),
 * else the browser's SwiftShader. The choice is put into the environment of this process, which its children inherit.
 * @returns which it is and what it can do, for a line of output. Throws an Error that says what to install.
 */
function chooseGpuAdapter(): string {
  const found = adapterWith({});
  if (found) return inWords(found);
  const file = swiftShader();
  const software = file === undefined ? null : adapterWith({ VK_ICD_FILENAMES: file });
  if (file === undefined || software === null) {
    throw new Error(
      `No graphics adapter for GPU tests: Dawn finds none, and ${file === undefined ? `${icdFile} does not lie beside ${findBrowser()}` : `${file} does not work`}. ` +
        "Install a Vulkan loader and driver (Debian 13: 'sudo apt-get install libvulkan1 mesa-vulkan-drivers').",
    );
  }
  process.env.VK_ICD_FILENAMES = file;
  return inWords(software);
}

/** Set up once for all GPU tests. */
export default function setUpGpu(): void {
  process.stdout.write(`GPU tests run on ${chooseGpuAdapter()}.\n`);
}
