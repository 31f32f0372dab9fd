// Weighted sums of probabilities, each member's weights divided by their own mass; and the sum's mass, near 1.
// A fault of any member is the sum's. Twin: combine/weighted-combine.ts.
// Dispatch: [tiles, mixes].
@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let mix = mixAt(group.y);
  let combined = plan.words[mix];
  var mass = 0.0;
  let end = min(plan.vocabSize, (group.x + 1u) * tileTokens);
  for (var token = group.x * tileTokens + thread; token < end; token += workgroupSize) {
    var sum = 0.0;
    for (var term = 0u; term < plan.terms; term++) {
      let slot = plan.words[mix + 1u + term];
      if (slot != none) {
        sum += floatAt(plan.weightsAt + term) * weightAt(slot, token) / massOf(slot);
      }
    }
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
