/* Everything of mondeq.h from a program in C99. */
#include "mondeq/capi/mondeq.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 4, D = 6, CLASSES = 3, UNITS = 8, PARAMETERS = 6 };

static const char kConfig[] =
    "name: \"c\" model { input { rows: 1 columns: 1 channels: 6 } classes: 3 equilibrium {"
    " injection { [mondeq.affine] {} } operator { [mondeq.dense] { units: 8 } }"
    " nonlinearity { [mondeq.relu] {} } splitting { [mondeq.peaceman_rachford] {}"
    " tolerance: 1e-10 max_iterations: 1000 } } readout { [mondeq.affine] {} } }";

static int failures = 0;

static void Expect(int condition, int line, const char* text) {
  if (condition) return;
  fprintf(stderr, "line %d: not so: %s (last error: %s)\n", line, text, mondeq_last_error());
  ++failures;
}
#define EXPECT(condition) Expect((condition), __LINE__, #condition)

/* Whether the last call failed in that way, with that in its text. */
static int Failed(int status, int expected, const char* text) {
  if (status == expected && strstr(mondeq_last_error(), text) != NULL) return 1;
  fprintf(stderr, "status %d, \"%s\"; expected %d, \"%s\"\n", status, mondeq_last_error(), expected,
          text);
  return 0;
}

static mondeq_array Matrix(double* data, int64_t rows, int64_t columns) {
  mondeq_array array = {0};
  array.data = data;
  array.dtype = MONDEQ_FLOAT64;
  array.rank = 2;
  array.shape[0] = rows;
  array.shape[1] = columns;
  array.dense = 1;
  return array;
}

static mondeq_predictor* Make(void) {
  mondeq_predictor* predictor = NULL;
  mondeq_options options = {0};
  options.struct_size = sizeof options;
  options.device = "cpu";
  options.threads = 1;
  options.dtype = MONDEQ_FLOAT64;
  EXPECT(mondeq_from_config(kConfig, 1, &options, &predictor) == MONDEQ_OK);
  return predictor;
}

static void Fill(double* values, int count, double phase) {
  for (int i = 0; i < count; ++i) values[i] = sin(phase + 1.7 * i);
}

static void TestDescriptions(const mondeq_predictor* predictor) {
  mondeq_info info = {0};
  info.struct_size = sizeof info;
  EXPECT(mondeq_describe(predictor, &info) == MONDEQ_OK);
  EXPECT(info.input[0] == D && info.input[1] == 1 && info.input[2] == 1);
  EXPECT(info.input_is_image == 0 && info.classes == CLASSES && info.dtype == MONDEQ_FLOAT64);
  EXPECT(info.tiers == 1 && info.parameters == PARAMETERS && info.alpha > 0);
  EXPECT(info.normalizes == 0);
  int64_t shape[4] = {0};
  int32_t is_image = 1, rank = 0;
  EXPECT(mondeq_tier(predictor, 0, shape, &is_image) == MONDEQ_OK);
  EXPECT(shape[0] == UNITS && is_image == 0);
  EXPECT(Failed(mondeq_tier(predictor, 1, shape, &is_image), MONDEQ_USAGE, "tier"));
  const char* text = NULL;
  EXPECT(mondeq_parameter(predictor, 0, &text, &rank, shape) == MONDEQ_OK);
  EXPECT(strchr(text, '.') != NULL && rank >= 1);
  EXPECT(Failed(mondeq_parameter(predictor, PARAMETERS, &text, &rank, shape), MONDEQ_USAGE,
                "expected less than 6, found 6"));
  EXPECT(mondeq_config(predictor, &text) == MONDEQ_OK && strstr(text, "[mondeq.dense]") != NULL);
  EXPECT(mondeq_device(predictor, &text) == MONDEQ_OK && strstr(text, "cpu") != NULL);
  double mean = 0, stddev = 0;
  EXPECT(Failed(mondeq_normalization(predictor, 0, &mean, &stddev), MONDEQ_USAGE, "normalised"));
}

static void TestSolve(const mondeq_predictor* predictor) {
  double x[N * D], logits[N * CLASSES], probabilities[CLASSES * N], z[N * UNITS];
  Fill(x, N * D, 0);
  const mondeq_array input = Matrix(x, N, D);
  mondeq_array z_array = Matrix(z, N, UNITS);
  mondeq_answers answers = {0};
  answers.struct_size = sizeof answers;
  answers.logits = Matrix(logits, N, CLASSES);
  /* Transposed, by strides. */
  answers.probabilities = Matrix(probabilities, N, CLASSES);
  answers.probabilities.dense = 0;
  answers.probabilities.strides[0] = 1;
  answers.probabilities.strides[1] = N;
  answers.z_count = 1;
  answers.z = &z_array;
  int32_t iterations[N], end[N];
  double quantity[N], residual[N], error_bound[N];
  mondeq_report report = {sizeof report, iterations, end, quantity, residual, error_bound};
  EXPECT(mondeq_solve(predictor, &input, NULL, &answers, &report) == MONDEQ_OK);
  for (int n = 0; n < N; ++n) {
    double sum = 0;
    for (int c = 0; c < CLASSES; ++c) sum += probabilities[c * N + n];
    EXPECT(fabs(sum - 1) < 1e-12);
    EXPECT(end[n] == MONDEQ_CONVERGED && iterations[n] > 2 && quantity[n] <= 1e-10);
    EXPECT(isnan(residual[n]) && isnan(error_bound[n]));
  }
  mondeq_settings settings = {0};
  settings.struct_size = sizeof settings;
  settings.start = &z_array;
  settings.start_count = 1;
  settings.tolerance = 1e-8;
  settings.max_iterations = 10;
  settings.criterion = MONDEQ_CERTIFIED_ERROR;
  EXPECT(mondeq_solve(predictor, &input, &settings, NULL, &report) == MONDEQ_OK);
  for (int n = 0; n < N; ++n) EXPECT(iterations[n] <= 4 && error_bound[n] < 1e-6);
  settings.criterion = 99;
  EXPECT(Failed(mondeq_solve(predictor, &input, &settings, NULL, NULL), MONDEQ_USAGE, "criterion"));

  int64_t predicted[N];
  double margin[N], l2[N], linf[N];
  mondeq_certificates certificates = {sizeof certificates, predicted, margin, l2, linf};
  EXPECT(mondeq_certify(predictor, &input, &certificates) == MONDEQ_OK);
  for (int n = 0; n < N; ++n) {
    EXPECT(predicted[n] >= 0 && predicted[n] < CLASSES && margin[n] > 0);
    EXPECT(l2[n] > 0 && linf[n] > 0);
  }
}

static void TestGradient(const mondeq_predictor* predictor) {
  double x[N * D], by_logits[N * CLASSES], dx[N * D], logits[N * CLASSES];
  Fill(x, N * D, 0);
  Fill(by_logits, N * CLASSES, 1);
  const mondeq_array input = Matrix(x, N, D);
  mondeq_cotangents cotangents = {0};
  cotangents.struct_size = sizeof cotangents;
  cotangents.logits = Matrix(by_logits, N, CLASSES);
  mondeq_gradients gradients = {0};
  gradients.struct_size = sizeof gradients;
  gradients.x = Matrix(dx, N, D);
  EXPECT(mondeq_gradient(predictor, &input, NULL, &cotangents, NULL, &gradients, NULL, NULL) ==
         MONDEQ_OK);
  /* The central difference of the loss by one number of x. */
  mondeq_answers answers = {0};
  answers.struct_size = sizeof answers;
  answers.logits = Matrix(logits, N, CLASSES);
  double loss[2] = {0, 0};
  const double step = 1e-5, middle = x[7];
  for (int side = 0; side < 2; ++side) {
    x[7] = side == 0 ? middle + step : middle - step;
    EXPECT(mondeq_solve(predictor, &input, NULL, &answers, NULL) == MONDEQ_OK);
    for (int i = 0; i < N * CLASSES; ++i) loss[side] += by_logits[i] * logits[i];
  }
  EXPECT(fabs((loss[0] - loss[1]) / (2 * step) - dx[7]) < 1e-5);
}

static void TestParameters(mondeq_predictor* predictor, const char* path) {
  int64_t shape[4];
  int32_t rank = 0;
  const char* name = NULL;
  mondeq_array values[PARAMETERS] = {0};
  EXPECT(mondeq_parameter(predictor, 0, &name, &rank, shape) == MONDEQ_OK);
  EXPECT(rank == 2 && shape[0] * shape[1] <= 1000);
  double before[1000], after[1000];
  values[0] = Matrix(before, shape[0], shape[1]);
  EXPECT(mondeq_get_parameter(predictor, 0, &values[0]) == MONDEQ_OK);
  before[0] += 1;
  EXPECT(mondeq_set_parameters(predictor, values, PARAMETERS) == MONDEQ_OK);
  values[0].data = after;
  EXPECT(mondeq_get_parameter(predictor, 0, &values[0]) == MONDEQ_OK);
  EXPECT(after[0] == before[0] && after[1] == before[1]);
  after[1] = NAN;
  EXPECT(Failed(mondeq_set_parameters(predictor, values, PARAMETERS), MONDEQ_USAGE, "finite"));
  EXPECT(Failed(mondeq_set_parameters(predictor, values, 1), MONDEQ_USAGE, "expected 6"));

  mondeq_predictor* loaded = NULL;
  EXPECT(mondeq_save(predictor, path) == MONDEQ_OK);
  EXPECT(mondeq_load(path, NULL, &loaded) == MONDEQ_OK);
  mondeq_free(loaded);
  EXPECT(Failed(mondeq_load("/nowhere", NULL, &loaded), MONDEQ_FILE, "/nowhere"));
  EXPECT(Failed(mondeq_save(predictor, "/nowhere/at/all"), MONDEQ_FILE, "/nowhere"));
}

static void TestWhatIsWrong(const mondeq_predictor* predictor) {
  double x[N * D];
  Fill(x, N * D, 0);
  mondeq_array input = Matrix(x, N, D);
  EXPECT(Failed(mondeq_solve(NULL, &input, NULL, NULL, NULL), MONDEQ_USAGE, "found NULL"));
  EXPECT(Failed(mondeq_solve((const mondeq_predictor*)x, &input, NULL, NULL, NULL), MONDEQ_USAGE,
                "something else"));
  EXPECT(Failed(mondeq_solve(predictor, NULL, NULL, NULL, NULL), MONDEQ_USAGE, "x"));
  input.shape[0] = INT64_MAX / 2;
  EXPECT(Failed(mondeq_solve(predictor, &input, NULL, NULL, NULL), MONDEQ_USAGE, "beyond"));
  input.shape[0] = -1;
  EXPECT(Failed(mondeq_solve(predictor, &input, NULL, NULL, NULL), MONDEQ_USAGE, "0 or more"));
  input = Matrix(x, N, D);
  input.dense = 0;
  input.strides[0] = INT64_MAX;
  EXPECT(Failed(mondeq_solve(predictor, &input, NULL, NULL, NULL), MONDEQ_USAGE, "strides"));
  input.rank = 5;
  EXPECT(Failed(mondeq_solve(predictor, &input, NULL, NULL, NULL), MONDEQ_USAGE, "rank"));
  input.rank = 2;
  input.dtype = 7;
  EXPECT(Failed(mondeq_solve(predictor, &input, NULL, NULL, NULL), MONDEQ_USAGE, "dtype"));
  input = Matrix(x, D, N);
  EXPECT(Failed(mondeq_solve(predictor, &input, NULL, NULL, NULL), MONDEQ_USAGE, "samples"));
  input = Matrix(x, N, D);
  mondeq_settings settings = {0};
  EXPECT(Failed(mondeq_solve(predictor, &input, &settings, NULL, NULL), MONDEQ_USAGE,
                "struct_size"));
  settings.struct_size = sizeof settings;
  settings.start_count = 1;
  EXPECT(Failed(mondeq_solve(predictor, &input, &settings, NULL, NULL), MONDEQ_USAGE, "start"));
  mondeq_predictor* made = NULL;
  EXPECT(Failed(mondeq_from_config("model {", 0, NULL, &made), MONDEQ_USAGE, "config:1"));
  EXPECT(Failed(mondeq_from_config(NULL, 0, NULL, &made), MONDEQ_USAGE, "text"));
  EXPECT(made == NULL);
  mondeq_predictor* gone = Make();
  mondeq_free(gone);
  mondeq_free(gone);
  mondeq_free(NULL);
  EXPECT(Failed(mondeq_solve(gone, &input, NULL, NULL, NULL), MONDEQ_USAGE, "something else"));
  mondeq_predictor* next = Make();
  EXPECT(Failed(mondeq_solve(gone, &input, NULL, NULL, NULL), MONDEQ_USAGE, "something else"));
  EXPECT(mondeq_solve(next, &input, NULL, NULL, NULL) == MONDEQ_OK);
  mondeq_free(next);
  /* A struct of a version that had one field. */
  mondeq_options old = {0};
  old.struct_size = offsetof(mondeq_options, threads);
  old.device = "cpu";
  old.dtype = 99;
  EXPECT(mondeq_from_config(kConfig, 0, &old, &made) == MONDEQ_OK);
  mondeq_free(made);
}

static int Collect(void* user, int stream, const char* text, size_t length) {
  char* all = user;
  if (stream == 1 && strlen(all) + length < 100000) strncat(all, text, length);
  return 0;
}

static int CallAgain(void* user, int stream, const char* text, size_t length) {
  const char* arguments[] = {"version"};
  (void)user, (void)stream, (void)text, (void)length;
  EXPECT(Failed(mondeq_run(1, arguments, NULL, NULL), MONDEQ_USAGE, "a command runs already"));
  return 0;
}

static void TestCommandLine(void) {
  static char printed[100001];
  const char* arguments[] = {"list", "splitting"};
  EXPECT(mondeq_run(2, arguments, Collect, printed) == MONDEQ_OK);
  EXPECT(strstr(printed, "peaceman_rachford") != NULL);
  arguments[0] = "version";
  EXPECT(mondeq_run(1, arguments, Collect, printed) == MONDEQ_OK);
  EXPECT(strstr(printed, "commit: ") != NULL);
  arguments[0] = "list";
  /* One that is called from inside of another is refused. */
  EXPECT(mondeq_run(2, arguments, CallAgain, NULL) == MONDEQ_OK);
  mondeq_interrupt();
  arguments[0] = "no_verb";
  EXPECT(mondeq_run(1, arguments, NULL, NULL) == MONDEQ_USAGE);
}

int main(void) {
  EXPECT(mondeq_api_version() == MONDEQ_API_VERSION);
  EXPECT(strlen(mondeq_version()) > 0 && strlen(mondeq_last_error()) == 0);
  mondeq_predictor* predictor = Make();
  if (predictor == NULL) return 1;
  const char* folder = getenv("TEST_TMPDIR");
  char path[1000];
  snprintf(path, sizeof path, "%s/weights.safetensors", folder == NULL ? "/tmp" : folder);
  TestDescriptions(predictor);
  TestSolve(predictor);
  TestGradient(predictor);
  TestParameters(predictor, path);
  TestWhatIsWrong(predictor);
  TestCommandLine();
  mondeq_free(predictor);
  return failures == 0 ? 0 : 1;
}
