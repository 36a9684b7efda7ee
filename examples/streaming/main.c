/* Streams samples through a recurrent network, one time step at a time, as a
 * device does that reads a sensor. At the end it runs the whole sequence at
 * once and compares: the scores are the same bytes. */
#include "net.h"

#include <stdio.h>

static _Alignas(NET_STATE_ALIGNMENT) uint8_t state[NET_STATE_BYTES];
static _Alignas(NET_ARENA_ALIGNMENT) uint8_t arena[NET_STEP_ARENA_BYTES];

enum { STEPS = NET_INPUT_0_BYTES / NET_STEP_INPUT_0_BYTES };

/* Stands for a sensor with three axes: a weight on a spring that is pushed now
 * and then. */
static void read_sensor(int step, int8_t sample[NET_STEP_INPUT_0_ELEMENTS]) {
  static float place[NET_STEP_INPUT_0_ELEMENTS],
      speed[NET_STEP_INPUT_0_ELEMENTS];
  for (int axis = 0; axis < NET_STEP_INPUT_0_ELEMENTS; ++axis) {
    if (step % (7 + axis) == 0)
      speed[axis] += 0.5f;
    speed[axis] = 0.9f * speed[axis] - 0.3f * place[axis];
    place[axis] += speed[axis];
    float code =
        place[axis] / (float)NET_INPUT_0_SCALE + NET_INPUT_0_ZERO_POINT;
    sample[axis] = (int8_t)(code < -128 ? -128 : code > 127 ? 127 : code);
  }
}

int main(void) {
  /* What a device does not keep: it is here for the comparison only. */
  static int8_t sequence[STEPS][NET_STEP_INPUT_0_ELEMENTS];
  static int8_t scores[STEPS][NET_STEP_OUTPUT_0_ELEMENTS];

  net_reset(state);
  for (int step = 0; step < STEPS; ++step) {
    read_sensor(step, sequence[step]);
    const void *inputs[] = {sequence[step]};
    void *outputs[] = {scores[step]};
    if (net_step(inputs, outputs, state, arena) != NET_OK)
      return 1;
    if (step < NET_WARMUP_STEPS)
      continue; /* The window of the convolution is not full yet. */
    int best = 0;
    for (int i = 1; i < NET_STEP_OUTPUT_0_ELEMENTS; ++i)
      if (scores[step][i] > scores[step][best])
        best = i;
    printf("step %2d: class %d\n", step, best);
  }

  static _Alignas(NET_ARENA_ALIGNMENT) uint8_t large_arena[NET_ARENA_BYTES];
  static int8_t whole[NET_OUTPUT_0_ELEMENTS];
  const void *inputs[] = {sequence};
  void *outputs[] = {whole};
  if (net_run(inputs, outputs, large_arena) != NET_OK)
    return 1;
  int differences = 0;
  const int8_t *streamed = scores[NET_WARMUP_STEPS];
  for (int i = 0; i < NET_OUTPUT_0_ELEMENTS; ++i)
    differences += streamed[i] != whole[i];
  printf("%d scores of steps, %d of them differ from the whole sequence\n",
         NET_OUTPUT_0_ELEMENTS, differences);
  printf("a step needs %d + %d bytes, the sequence %d\n", NET_STATE_BYTES,
         NET_STEP_ARENA_BYTES, NET_ARENA_BYTES);
  return differences != 0;
}
