// The likeliest tokens of each tile of a law, in order, the lower id first among equals: at the tile's own place in the
// list's scratch row, `none` behind the last that can be drawn. merge-tops.wgsl makes one list of them.
// Dispatch: [tiles, lists].
@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let list = listAt(group.y);
  let start = group.x * tileTokens;
  let end = min(plan.vocabSize, start + tileTokens);
  let most = min(plan.listLength, end - start);
  var last = beforeAll();
  for (var rank = 0u; rank < most; rank++) {
    var best = Ranked(0u, none);
    for (var token = start + thread; token < end; token += workgroupSize) {
      best = nextRanked(best, Ranked(rows[list.law * plan.vocabSize + token], token), last);
    }
    last = firstRanked(thread, best);
    if (thread == 0u) {
      rows[list.idsAt + start + rank] = last.token;
    }
  }
}
