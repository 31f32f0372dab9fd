import { statSync } from 'node:fs';
import { resolve } from 'node:path';

/** The absolute path of a custom combination's module. Throws an Error where there is no such file. */
export function moduleFile(given: string): string {
  const file = resolve(given);
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) return file;
  throw new Error(`--combine names the module ${given}, but there is no file ${file}`);
}
