// The likeliest tokens of each law, from those of its tiles, with their probabilities. Twin: sample/top-tokens.ts.
// Dispatch: [lists].
var<workgroup> listed: array<Ranked, maxListed>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let list = listAt(group.x);
  let most = min(plan.listLength, plan.vocabSize);
  var last = beforeAll();
  for (var rank = 0u; rank < most; rank++) {
    var best = Ranked(0u, none);
    for (var index = thread; index < plan.tileCount * plan.listLength; index += workgroupSize) {
      let at = (index / plan.listLength) * tileTokens + index % plan.listLength;
      let token = select(none, rows[list.idsAt + min(at, plan.vocabSize - 1u)], at < plan.vocabSize);
      if (token != none) {
        best = nextRanked(best, Ranked(rows[list.law * plan.vocabSize + token], token), last);
      }
    }
    last = firstRanked(thread, best);
    if (thread == 0u) {
      listed[rank] = last;
    }
  }
  // The tiles' lists lie where this one goes: all of them have been read.
  storageBarrier();
  workgroupBarrier();
  if (thread < most) {
    let entry = listed[thread];
    rows[list.idsAt + thread] = entry.token;
    rows[list.probabilitiesAt + thread] = bitcast<u32>(bitcast<f32>(entry.bits) / massOf(list.law));
  }
}
