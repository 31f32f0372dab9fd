import type { ExpectedContent } from './download/remote-file.ts';

/** What is known of a model's files before any of them is asked for, by their paths in its folder. */
export interface FileListing {
  readonly files: ReadonlyMap<string, ExpectedContent>;
  /** True where a file that is not listed does not exist; else it may. */
  readonly isComplete: boolean;
}
