// The winner over all tiles of each race; a drafted token goes into the text, where the next forward finds it.
// A race without runners (a row that is no distribution) is won by token 0: the row's fault is reported elsewhere,
// and the next forward must be fed a token that exists.
// Dispatch: [draws].
var<workgroup> scores: array<u32, workgroupSize>;
var<workgroup> tokens: array<u32, workgroupSize>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  var isResidualEmpty = true;
  for (var tile = 0u; tile < plan.tileCount; tile++) {
    isResidualEmpty = isResidualEmpty && races[group.x].tiles[tile].token == none;
  }
  scores[thread] = none;
  tokens[thread] = none;
  if (thread < plan.tileCount) {
    let runner = races[group.x].tiles[thread];
    scores[thread] = select(runner.score, runner.fallbackScore, isResidualEmpty);
    tokens[thread] = select(runner.token, runner.fallbackToken, isResidualEmpty);
  }
  for (var step = workgroupSize / 2u; step > 0u; step /= 2u) {
    workgroupBarrier();
    if (thread < step) {
      let score = scores[thread + step];
      let token = tokens[thread + step];
      if (score < scores[thread] || (score == scores[thread] && token < tokens[thread])) {
        scores[thread] = score;
        tokens[thread] = token;
      }
    }
  }
  if (thread == 0u) {
    let winner = select(tokens[0], 0u, tokens[0] == none);
    races[group.x].winner = winner;
    let draw = drawAt(group.x);
    if (draw.textIndex != none) {
      text[draw.textIndex] = vec2<u32>(winner, 0u);
    }
  }
}
