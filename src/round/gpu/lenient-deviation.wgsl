// Total variation between the law of the committed token and r under the lenient criterion.
// Twin: deviation of verify/ratio-acceptance.ts. One workgroup a head: two walks of the row, the second needs the
// sums of the first.
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
  var residualMass = 0.0;
  var acceptedMass = 0.0;
  for (var token = thread; token < plan.vocabSize; token += workgroupSize) {
    let r = rScale * weightAt(rSlot, token);
    var q = select(0.0, 1.0, token == proposed);
    if (qSlot != none) {
      q = qScale * weightAt(qSlot, token);
    }
    residualMass += max(0.0, r - q);
    acceptedMass += min(q, plan.leniency * r);
  }
  residualMass = workgroupSum(thread, residualMass);
  let rejected = max(0.0, 1.0 - workgroupSum(thread, acceptedMass));
  var difference = 0.0;
  for (var token = thread; token < plan.vocabSize; token += workgroupSize) {
    let r = rScale * weightAt(rSlot, token);
    var q = select(0.0, 1.0, token == proposed);
    if (qSlot != none) {
      q = qScale * weightAt(qSlot, token);
    }
    var redrawn = r;
    if (residualMass > 0.0) {
      redrawn = max(0.0, r - q) / residualMass;
    }
    difference += abs(min(q, plan.leniency * r) + rejected * redrawn - r);
  }
  difference = workgroupSum(thread, difference);
  if (thread == 0u) {
    record.judged[group.x].deviation = 0.5 * difference;
  }
}
