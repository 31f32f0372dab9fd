// Adds a member's bias to rows of its logits and takes its penalties off, in place, for the text before each row.
// A workgroup owns a tile of the vocabulary and changes nothing outside it. Whoever sees a token's first occurrence in
// the text counts the others: nothing is counted ahead, so the text is all that verdicts have to keep right.
// Twin: adjustLogits of sample/logit-adjustment.ts.
// Dispatch: [tiles, rows].
fn changeBy(at: u32, amount: f32) {
  let bits = rows[at];
  if (isFinite(bits)) {
    rows[at] = bitcast<u32>(bitcast<f32>(bits) + amount);
  }
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let adjustment = adjustmentAt();
  let row = plan.words[adjustment.rowsAt + 2u * group.y] * plan.vocabSize;
  let textEnd = plan.words[adjustment.rowsAt + 2u * group.y + 1u];
  let start = group.x * tileTokens;
  let end = min(plan.vocabSize, start + tileTokens);
  for (var index = thread; index < adjustment.biasCount; index += workgroupSize) {
    let token = plan.words[adjustment.biasAt + 2u * index];
    if (token >= start && token < end) {
      changeBy(row + token, floatAt(adjustment.biasAt + 2u * index + 1u));
    }
  }
  storageBarrier();
  for (var index = thread; index < textEnd; index += workgroupSize) {
    let token = text[index].x;
    if (token < start || token >= end) {
      continue;
    }
    var isFirst = true;
    for (var earlier = 0u; earlier < index && isFirst; earlier++) {
      isFirst = text[earlier].x != token;
    }
    if (!isFirst) {
      continue;
    }
    var count = 1u;
    for (var later = index + 1u; later < textEnd; later++) {
      count += select(0u, 1u, text[later].x == token);
    }
    changeBy(row + token, -(adjustment.frequencyPenalty * f32(count) + adjustment.presencePenalty));
  }
}
