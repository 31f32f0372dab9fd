import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Holdings } from './measures.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** What this process holds after a garbage collection. What only Linux tells is left out elsewhere. */
export function readProcess(): Holdings {
  collectGarbage();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return {
    'heap bytes': heapUsed,
    'buffer bytes': arrayBuffers,
    'resident bytes': rss,
    handles: process.getActiveResourcesInfo().length,
    ...(existsSync('/proc/self/task') && {
      'open files': readdirSync('/proc/self/fd').length,
      threads: readdirSync('/proc/self/task').length,
      processes: readdirSync('/proc/self/task').flatMap(
        (thread) => readFileSync(`/proc/self/task/${thread}/children`, 'utf8').match(/\d+/g) ?? [],
      ).length,
    }),
  };
}
