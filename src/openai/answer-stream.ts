import type { Usage } from './chat-types.ts';
import { type ChoicePart, totalUsage } from './write-choices.ts';

/** What distinguishes one kind of completion from the other. */
export interface AnswerShape<Chunk> {
  /** What a choice begins with, before any text; null for nothing. */
  readonly opening: ((index: number) => Chunk) | null;
  readonly chunk: (part: ChoicePart) => Chunk;
  /** The last chunk, where usage is asked for. */
  readonly usage: (usage: Usage) => Chunk;
}

/**
 * The chunks of a stream. The first part is awaited before the stream is handed out, so that a request that cannot be
 * obeyed fails as a whole and not within its stream.
 * @param perPrompt choices of each prompt
 */
export async function openAnswerStream<Chunk>(
  parts: AsyncGenerator<ChoicePart, void, void>,
  shape: AnswerShape<Chunk>,
  { includesUsage, perPrompt }: { readonly includesUsage: boolean; readonly perPrompt: number },
): Promise<AsyncGenerator<Chunk, void, void>> {
  const stream = chunks();
  // A generator that never ran does not run its `finally`: it is started here, whether anybody reads it or not.
  await stream.next();
  return stream as AsyncGenerator<Chunk, void, void>;

  /** Yields null once, when the first part is here. */
  async function* chunks(): AsyncGenerator<Chunk | null, void, void> {
    const ends: Usage[] = [];
    let opened = -1;
    try {
      let next = await parts.next();
      yield null;
      for (; !next.done; next = await parts.next()) {
        const part = next.value;
        if (part.index !== opened && shape.opening) yield shape.opening(part.index);
        opened = part.index;
        yield shape.chunk(part);
        if (part.end) ends.push(part.end.usage);
      }
      if (includesUsage) yield shape.usage(totalUsage(ends, perPrompt));
    } finally {
      await parts.return();
    }
  }
}
