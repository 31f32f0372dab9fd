// What r(x) must exceed under the typical criterion, min(epsilon, delta * exp(-H(r))), and the total variation between
// the law of the committed token and r. Twin: verify/typical-acceptance.ts (Cai et al., arXiv 2401.10774, 2.3.1).
// One workgroup a head: three walks of the row, each needs the sum of the one before.
// Dispatch: [heads].
@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let rSlot = plan.words[plan.targetsAt + group.x];
  if (rSlot == none) {
    return;
  }
  let qSlot = plan.words[plan.proposalsAt + group.x];
  let proposed = text[plan.textIndex + group.x].x;
  let rScale = 1.0 / massOf(rSlot);
  var qScale = 0.0;
  if (qSlot != none) {
    qScale = 1.0 / massOf(qSlot);
  }
  var entropy = 0.0;
  for (var token = thread; token < plan.vocabSize; token += workgroupSize) {
    let r = rScale * weightAt(rSlot, token);
    if (r > 0.0) {
      entropy -= r * log(r);
    }
  }
  entropy = workgroupSum(thread, entropy);
  let least = min(plan.epsilon, plan.delta * exp(-entropy));
  var rejected = 0.0;
  for (var token = thread; token < plan.vocabSize; token += workgroupSize) {
    var q = select(0.0, 1.0, token == proposed);
    if (qSlot != none) {
      q = qScale * weightAt(qSlot, token);
    }
    rejected += select(q, 0.0, rScale * weightAt(rSlot, token) > least);
  }
  rejected = workgroupSum(thread, rejected);
  var difference = 0.0;
  for (var token = thread; token < plan.vocabSize; token += workgroupSize) {
    let r = rScale * weightAt(rSlot, token);
    var q = select(0.0, 1.0, token == proposed);
    if (qSlot != none) {
      q = qScale * weightAt(qSlot, token);
    }
    difference += abs(select(0.0, q, r > least) + rejected * r - r);
  }
  difference = workgroupSum(thread, difference);
  if (thread == 0u) {
    record.judged[group.x].coin = bitcast<u32>(least);
    record.judged[group.x].deviation = 0.5 * difference;
  }
}
