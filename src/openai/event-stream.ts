import { errorResponse } from './error-body.ts';

/**
 * Server-sent events of an answer: a JSON object each, then `[DONE]`. What fails on the way is told by an event with an
 * `error`, for the status has been sent.
 * @param signal an abort fails the stream with its reason
 * @param onCancel called where the reader lets go before the end
 */
export function eventStream(
  chunks: AsyncGenerator<object, void, void>,
  signal: AbortSignal,
  onCancel: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  const event = (data: string) => encoder.encode(`data: ${data}\n\n`);
  return new ReadableStream({
    async pull(controller) {
      try {
        const next = await chunks.next();
        if (next.done) {
          controller.enqueue(event('[DONE]'));
          controller.close();
        } else controller.enqueue(event(JSON.stringify(next.value)));
      } catch (error) {
        if (signal.aborted) {
          controller.error(signal.reason);
          return;
        }
        controller.enqueue(event(JSON.stringify(errorResponse(error).body)));
        controller.close();
      }
    },
    async cancel() {
      onCancel();
      await chunks.return().catch(() => {});
    },
  });
}
