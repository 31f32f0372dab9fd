// Philox words and exponentials of given counters, for comparison with their twins.
// Dispatch: [counters / 64].
struct Drawn {
  words: vec4<u32>,
  times: vec4<f32>,
}
@group(0) @binding(0) var<storage, read> counters: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read> keys: array<vec2<u32>>;
@group(0) @binding(2) var<storage, read_write> drawn: array<Drawn>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= arrayLength(&counters)) {
    return;
  }
  drawn[id.x].words = philox4x32(counters[id.x], keys[id.x]);
  // The counter itself as random bits.
  for (var lane = 0u; lane < 4u; lane++) {
    drawn[id.x].times[lane] = exponential(counters[id.x][lane]);
  }
}
