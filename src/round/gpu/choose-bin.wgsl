// Ends a stage of the radix selection: the bin in which the descending sum reaches what is looked for is chosen, its
// 8 bits join the prefix, and the histogram is cleared for the next stage.
// Dispatch: [jobs].
var<workgroup> low: array<u32, workgroupSize>;
var<workgroup> high: array<u32, workgroupSize>;

// total * share / 2^32, at least 1 unit so that one token stays. Rounded down: a sum that only rounding keeps below
// the share counts as reaching it.
fn shareOf(total: Sum, share: u32) -> Sum {
  let product = added(Sum(multiplyHigh(total.low, share), 0u),
    Sum(total.high * share, multiplyHigh(total.high, share)));
  return Sum(select(product.low, 1u, product.low == 0u && product.high == 0u), product.high);
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let index = group.x;
  let job = jobAt(index);
  let stage = selections[index].stage;
  let prefix = selections[index].prefix;
  let bin = workgroupSize - 1u - thread;
  let own = Sum(atomicExchange(&selections[index].low[bin], 0u), atomicExchange(&selections[index].high[bin], 0u));
  // Sum over this bin and all above it.
  var sum = own;
  for (var step = 1u; step < workgroupSize; step *= 2u) {
    low[thread] = sum.low;
    high[thread] = sum.high;
    workgroupBarrier();
    if (thread >= step) {
      sum = added(sum, Sum(low[thread - step], high[thread - step]));
    }
    workgroupBarrier();
  }
  low[thread] = sum.low;
  high[thread] = sum.high;
  storageBarrier();
  workgroupBarrier();
  let isFirst = (stage & 3u) == 0u;
  var above = selections[index].above;
  var wanted = selections[index].wanted;
  if (isFirst) {
    above = Sum(0u, 0u);
    wanted = Sum(job.topK, 0u);
    if (stage >= 4u) {
      wanted = shareOf(Sum(low[workgroupSize - 1u], high[workgroupSize - 1u]), job.topPShare);
    }
  }
  var before = above;
  if (thread > 0u) {
    before = added(above, Sum(low[thread - 1u], high[thread - 1u]));
  }
  let isChosen = stage < 8u && isAtLeast(added(above, sum), wanted) && !isAtLeast(before, wanted);
  storageBarrier();
  workgroupBarrier();
  if (!isChosen) {
    return;
  }
  let key = prefix | (bin << (24u - 8u * (stage & 3u)));
  selections[index].prefix = key;
  selections[index].above = before;
  selections[index].inBin = own;
  selections[index].wanted = wanted;
  selections[index].stage = stage + 1u;
  if (stage == 3u) {
    selections[index].topKKey = key;
    selections[index].prefix = 0u;
    selections[index].stage = select(8u, 4u, job.topPShare > 0u);
  }
  if (stage == 7u) {
    selections[index].topPKey = key;
  }
}
