// Weighted sums of probabilities, each member's weights divided by their own mass; and the sum's mass, near 1.
// A fault of any member is the sum's. Twin: combine/weighted-combine.ts.
// Dispatch: [tiles, mixes].
@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let mix = mixAt(group.y);
  let combined = plan.words[mix];
  let first = group.x * tileTokens + thread;
  let end = min(plan.vocabSize, (group.x + 1u) * tileTokens);
  // A thread's tokens of the tile, kept here so that each member's mass is looked up once.
  var sums: array<f32, tileTokens / workgroupSize>;
  for (var term = 0u; term < plan.terms; term++) {
    let slot = plan.words[mix + 1u + term];
    if (slot == none) {
      continue;
    }
    let scale = floatAt(plan.weightsAt + term) / massOf(slot);
    for (var token = first; token < end; token += workgroupSize) {
      sums[(token - first) / workgroupSize] += scale * weightAt(slot, token);
    }
  }
  var mass = 0.0;
  for (var token = first; token < end; token += workgroupSize) {
    let sum = sums[(token - first) / workgroupSize];
    rows[combined * plan.vocabSize + token] = bitcast<u32>(sum);
    mass += sum;
  }
  mass = workgroupSum(thread, mass);
  if (thread != 0u) {
    return;
  }
  addMass(combined, mass);
  if (group.x == 0u) {
    var fault = 0u;
    for (var term = 0u; term < plan.terms; term++) {
      let slot = plan.words[mix + 1u + term];
      if (slot != none && fault == 0u) {
        fault = faultOf(slot);
      }
    }
    atomicStore(&slots[combined].fault, fault);
    atomicStore(&slots[combined].peak, none);
  }
}
