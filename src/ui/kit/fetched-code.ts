import { EngineError } from '../../errors/engine-error.ts';

/**
 * A part of the page that is fetched when it is needed.
 * @param what the part's name, as a message begins with it
 * @throws EngineError `download` where it does not arrive
 */
export async function fetchedCode<Code>(what: string, load: () => Promise<Code>): Promise<Code> {
  try {
    return await load();
  } catch (cause) {
    throw new EngineError(
      'download',
      `${what} could not be fetched: ${cause instanceof Error ? cause.message : cause}; check the connection, then try again`,
      { cause },
    );
  }
}
