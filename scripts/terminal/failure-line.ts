import { stripVTControlCharacters } from 'node:util';
import { EngineError } from '../../src/errors/engine-error.ts';

/** What a command says on stderr before it ends with a status other than 0: one line, its code where it has one. */
export function failureInOneLine(command: string, error: unknown): string {
  const code = error instanceof EngineError ? `${error.code}: ` : '';
  const message = stripVTControlCharacters(error instanceof Error ? error.message : String(error));
  return `${command}: ${code}${message.replace(/\s*\n\s*/g, ' ').trim()}\n`;
}
