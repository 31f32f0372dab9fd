import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPrompts } from '../src/pilot/read-prompts.ts';
import { projectFolder } from './build.ts';

/**
 * Beginnings that suit the bundled story tellers, the empty one included; the first ones lead to the longest stories.
 * The page offers the same ones to a pilot.
 */
export const storyPrompts: readonly string[] = readPrompts(
  readFileSync(join(projectFolder, 'public', 'story-prompts.jsonl'), 'utf8'),
).map(({ text }) => text);
