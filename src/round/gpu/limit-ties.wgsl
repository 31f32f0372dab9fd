// Where several tokens have the logit at which top-p is reached and not all of them are needed, the lower ids stay:
// finds the last one kept. Rare, so one workgroup a row will do.
// Dispatch: [jobs].
var<workgroup> ties: array<u32, workgroupSize>;
var<workgroup> isNeeded: u32;

// Least number of ties with which the sum reaches what is wanted. Their weights are alike.
fn tiesNeeded(above: Sum, wanted: Sum, weight: Sum) -> u32 {
  var least = 1u;
  var most = plan.vocabSize;
  while (least < most) {
    let middle = (least + most) / 2u;
    let product = Sum(weight.low * middle, weight.high * middle + multiplyHigh(weight.low, middle));
    if (isAtLeast(added(above, product), wanted)) {
      most = middle;
    } else {
      least = middle + 1u;
    }
  }
  return least;
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let index = group.x;
  let job = jobAt(index);
  let key = selections[index].topPKey;
  let weight = fixedPoint(weightOf(bitsOfKey(key), atomicLoad(&slots[job.weights].peak), job));
  let inBin = selections[index].inBin;
  if (thread == 0u) {
    let hasTies = inBin.low != weight.low || inBin.high != weight.high;
    isNeeded = select(0u, 1u, job.topPShare > 0u && key > 0u && hasTies);
  }
  if (workgroupUniformLoad(&isNeeded) == 0u) {
    return;
  }
  // A stretch of neighbouring tokens for each thread.
  let stretch = (plan.vocabSize + workgroupSize - 1u) / workgroupSize;
  let start = min(plan.vocabSize, thread * stretch);
  let end = min(plan.vocabSize, start + stretch);
  let row = job.logits * plan.vocabSize;
  var own = 0u;
  for (var token = start; token < end; token++) {
    own += select(0u, 1u, sortKey(rows[row + token]) == key);
  }
  ties[thread] = own;
  workgroupBarrier();
  var before = 0u;
  for (var other = 0u; other < thread; other++) {
    before += ties[other];
  }
  let needed = tiesNeeded(selections[index].above, selections[index].wanted, weight);
  for (var token = start; token < end; token++) {
    if (sortKey(rows[row + token]) == key) {
      before += 1u;
      if (before == needed) {
        selections[index].lastTie = token;
      }
    }
  }
}
