/**
 * When an element renders a run whose rounds may come faster than frames. While it is under way every other frame is
 * left to pictures and to the reader's scrolling: text that comes 30 times a second looks as it does at 60, and the
 * engine needs the same cores. A hidden page has no frames and need not wait.
 */
export async function nextFrame(isWriting: boolean): Promise<void> {
  for (let frames = isWriting ? 2 : 1; frames > 0 && !document.hidden; frames--)
    await new Promise(requestAnimationFrame);
}
