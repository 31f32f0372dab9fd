/**
 * How many tokens are drawn before they are read back: one, and twice as many each time. So the first tokens of a text
 * show at once, and a text that ends soon has few drawn behind its end.
 * @param max see RoundSampler.maxUnreadDraws
 * @returns given the tokens that may still be committed, how many to draw for the next verdict
 */
export function drawWindow(max: number): (room: number) => number {
  let next = 1;
  return (room) => {
    const count = Math.min(next, max, room);
    next = Math.min(2 * next, max);
    return count;
  };
}
