/* Classifies samples with a trained model: classify WEIGHTS < SAMPLES. The samples are text, the
 * numbers of one after the other as the model takes them. */
#include <stdio.h>
#include <stdlib.h>

#include "mondeq.h"

static int Fail(const char* what) {
  fprintf(stderr, "%s: %s\n", what, mondeq_last_error());
  return 1;
}

static int ReadSample(double* x, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    if (scanf("%lf", &x[i]) != 1) return 0;
  }
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  mondeq_predictor* predictor = NULL;
  if (mondeq_load(argv[1], NULL, &predictor) != MONDEQ_OK) return Fail(argv[1]);
  mondeq_info info = {0};
  info.struct_size = sizeof info;
  if (mondeq_describe(predictor, &info) != MONDEQ_OK) return Fail("describe");
  const int64_t count = info.input[0] * info.input[1] * info.input[2];
  double* x = calloc((size_t)count, sizeof(double));
  double* probabilities = calloc((size_t)info.classes, sizeof(double));
  if (x == NULL || probabilities == NULL) return 1;
  const mondeq_array input = {x, MONDEQ_FLOAT64, 2, {1, count}, {0}, 1};
  mondeq_answers answers = {0};
  answers.struct_size = sizeof answers;
  const mondeq_array output = {probabilities, MONDEQ_FLOAT64, 2, {1, info.classes}, {0}, 1};
  answers.probabilities = output;
  while (ReadSample(x, count)) {
    if (mondeq_solve(predictor, &input, NULL, &answers, NULL) != MONDEQ_OK) return Fail("solve");
    int64_t best = 0;
    for (int64_t c = 1; c < info.classes; ++c) {
      if (probabilities[c] > probabilities[best]) best = c;
    }
    printf("%lld %.6f\n", (long long)best, probabilities[best]);
  }
  free(x);
  free(probabilities);
  mondeq_free(predictor);
  return 0;
}
