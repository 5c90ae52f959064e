/* mondeq's C interface: monotone operator equilibrium networks as a library, libmondeq.so.
 *
 * Every function that returns int returns a mondeq_status; when it is not MONDEQ_OK, what is in the
 * arrays that it was to write means nothing, and mondeq_last_error() tells in one line what was
 * expected and found. Nothing throws, prints or ends the process.
 *
 * Threads: functions that take a const mondeq_predictor* may run at once, those that take a
 * mondeq_predictor* wait until they are alone. Every call that runs beside others computes with
 * threads and memory of its own; parameters are in memory once.
 *
 * Structs begin with struct_size, which the caller sets to sizeof the struct: fields may be added
 * at the end, and a library takes structs of earlier versions. All other fields may be zero, which
 * stands for the default. Pointers may be NULL where it is said.
 *
 * See docs/embedding.md for programs that use this. */
#ifndef MONDEQ_CAPI_MONDEQ_H_
#define MONDEQ_CAPI_MONDEQ_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows when functions or fields are added; libmondeq.so.1 has all of 1 for ever. */
#define MONDEQ_API_VERSION 1

/* The exit codes of the command line. */
typedef enum mondeq_status {
  MONDEQ_OK = 0,
  MONDEQ_INTERNAL = 1,     /* an error of mondeq's own */
  MONDEQ_USAGE = 2,        /* arguments or config */
  MONDEQ_FILE = 3,         /* data and other files, missing, damaged or not writable */
  MONDEQ_DEVICE = 4,       /* not there, or out of memory */
  MONDEQ_DIVERGED = 5,     /* NaN or infinity */
  MONDEQ_INTERRUPTED = 130 /* by a callback or a signal */
} mondeq_status;

typedef enum mondeq_dtype {
  MONDEQ_FLOAT32 = 0,
  MONDEQ_FLOAT64 = 1,
  MONDEQ_UINT8 = 2 /* for x only: pixels, which are normalised as the model's data was */
} mondeq_dtype;

/* When a solve ends; see docs/convergence.md. */
typedef enum mondeq_criterion {
  MONDEQ_CRITERION_OF_CONFIG = 0,
  MONDEQ_RELATIVE_ERROR = 1,
  MONDEQ_CERTIFIED_ERROR = 2,
  MONDEQ_RELATIVE_CHANGE = 3,
  MONDEQ_RELATIVE_CHANGE_PER_SAMPLE = 4
} mondeq_criterion;

/* How the solve of a sample ended. */
typedef enum mondeq_end {
  MONDEQ_CONVERGED = 0,
  MONDEQ_STAGNATED = 1, /* above the tolerance, where rounding is */
  MONDEQ_MAX_ITERATIONS = 2
} mondeq_end;

/* An array in the caller's memory. A struct with data == NULL is no array; where arrays are
 * answers, nothing is written to it. */
typedef struct mondeq_array {
  void* data;
  int32_t dtype; /* a mondeq_dtype */
  int32_t rank;  /* 0 to 4 */
  int64_t shape[4];
  int64_t strides[4]; /* in elements; see `dense` */
  int32_t dense;      /* if not 0, row-major without gaps, and strides are not read */
} mondeq_array;

typedef struct mondeq_predictor mondeq_predictor;

/* mondeq_last_error: the error of the calling thread's last call that failed, "" before one. It is
 * valid until the thread's next failure. */
const char* mondeq_last_error(void);
/* "0.1.0", and the MONDEQ_API_VERSION of the library. */
const char* mondeq_version(void);
int mondeq_api_version(void);

typedef struct mondeq_options {
  size_t struct_size;
  const char* device; /* "cpu", "cuda" or "auto", which NULL stands for */
  int32_t threads;    /* CPU threads of every call; 0 takes one per core */
  int32_t dtype;      /* what the model computes in: MONDEQ_FLOAT32 or MONDEQ_FLOAT64 */
  /* Changes of the config, as for --set: "model.equilibrium.splitting.tolerance=1e-4". */
  const char* const* overrides;
  size_t override_count;
  const char* data_dir; /* where data sets of a config look for files; may be NULL */
} mondeq_options;

/* The model of a weights file. `options` may be NULL. *predictor is to be given to mondeq_free. */
int mondeq_load(const char* path, const mondeq_options* options, mondeq_predictor** predictor);
/* An untrained model of the text of a config, its parameters drawn by `seed`. */
int mondeq_from_config(const char* text, uint64_t seed, const mondeq_options* options,
                       mondeq_predictor** predictor);
/* NULL is allowed. Calls that use the predictor go on to their end. */
void mondeq_free(mondeq_predictor* predictor);

typedef struct mondeq_info {
  size_t struct_size;
  int64_t input[3]; /* channels, rows, columns; a vector of n is {n, 1, 1} */
  int32_t input_is_image;
  int32_t dtype;
  int64_t classes;
  size_t tiers;       /* how many arrays z* consists of */
  size_t parameters;  /* how many there are */
  double alpha;       /* the step size of the splitting method */
  int32_t normalizes; /* whether uint8 is taken */
} mondeq_info;

int mondeq_describe(const mondeq_predictor* predictor, mondeq_info* info);
/* The shape of a sample in tier `tier` of z*. */
int mondeq_tier(const mondeq_predictor* predictor, size_t tier, int64_t shape[3],
                int32_t* is_image);
/* A parameter's name, valid as long as the predictor, and its shape; `rank` extents are set. */
int mondeq_parameter(const mondeq_predictor* predictor, size_t parameter, const char** name,
                     int32_t* rank, int64_t shape[4]);
/* The mean and the standard deviation by which pixels / 255 of a channel are normalised. Fails
 * with MONDEQ_USAGE unless mondeq_info.normalizes. */
int mondeq_normalization(const mondeq_predictor* predictor, size_t channel, double* mean,
                         double* stddev);
/* The experiment as a text and "cpu, 2 threads", valid as long as the predictor. */
int mondeq_config(const mondeq_predictor* predictor, const char** text);
int mondeq_device(const mondeq_predictor* predictor, const char** text);

typedef struct mondeq_settings {
  size_t struct_size;
  double tolerance;       /* 0: the config's */
  int32_t max_iterations; /* 0: the config's */
  int32_t criterion;      /* a mondeq_criterion */
  int32_t certify;        /* if not 0, residuals and certified bounds are found */
  /* States to begin at, one for every tier, or none (0). */
  size_t start_count;
  const mondeq_array* start;
} mondeq_settings;

/* x is [N, C, H, W], or [N, d] with the values of an image in that order. */
typedef struct mondeq_answers {
  size_t struct_size;
  mondeq_array logits;        /* [N, classes] */
  mondeq_array probabilities; /* [N, classes] */
  size_t z_count;             /* as many as tiers, or 0 */
  const mondeq_array* z;      /* [N, C, H, W] or [N, n] each */
} mondeq_answers;

/* How the solves of N samples ended, in arrays of N numbers each; NULL where it is not asked for.
 */
typedef struct mondeq_report {
  size_t struct_size;
  int32_t* iterations;
  int32_t* end;     /* a mondeq_end each */
  double* quantity; /* the stopping quantity; about the relative error */
  /* ||z - sigma(W z + U x + b)|| / ||z||, and a certified bound of ||z - z*||, rounding included;
   * NaN unless the solve certifies. */
  double* residual;
  double* error_bound;
} mondeq_report;

/* Finds z* of all samples. A solve that does not converge is no error: the report tells. `settings`
 * and `report` may be NULL. */
int mondeq_solve(const mondeq_predictor* predictor, const mondeq_array* x,
                 const mondeq_settings* settings, const mondeq_answers* answers,
                 const mondeq_report* report);

/* The gradients of a loss by what a model answers; no array stands for zero. */
typedef struct mondeq_cotangents {
  size_t struct_size;
  mondeq_array logits;
  size_t z_count; /* as many as tiers, or 0 */
  const mondeq_array* z;
} mondeq_cotangents;

typedef struct mondeq_gradients {
  size_t struct_size;
  mondeq_array x;
  size_t parameter_count; /* as many as parameters, or 0 */
  const mondeq_array* parameters;
} mondeq_gradients;

/* Finds z* and the vector-Jacobian product: the gradients of the loss by x and the parameters, by
 * the implicit function theorem. `settings`, `answers` (of the solve for z*) and the reports may be
 * NULL. settings.start saves the solve for z* where it is known. */
int mondeq_gradient(const mondeq_predictor* predictor, const mondeq_array* x,
                    const mondeq_settings* settings, const mondeq_cotangents* cotangents,
                    const mondeq_answers* answers, const mondeq_gradients* gradients,
                    const mondeq_report* forward, const mondeq_report* backward);

/* What no disturbance changes, for N samples in arrays of N numbers; NULL where it is not asked
 * for. */
typedef struct mondeq_certificates {
  size_t struct_size;
  int64_t* predicted; /* the class */
  double* margin;     /* what its logit is certainly above all others by; 0 or less: not certain */
  double* radius_l2;  /* of pixels / 255 where the model normalises, else of x; 0: not certain */
  double* radius_linf;
} mondeq_certificates;

/* Radii around every sample within which its class cannot change. Computes in float64; the first
 * call bounds norms of the model, which takes a while. */
int mondeq_certify(const mondeq_predictor* predictor, const mondeq_array* x,
                   const mondeq_certificates* certificates);

/* Copies a parameter. */
int mondeq_get_parameter(const mondeq_predictor* predictor, size_t parameter,
                         const mondeq_array* value);
/* Replaces parameters, all or, where there is an error, none. `count` is their number; an array
 * without data leaves its parameter as it is. */
int mondeq_set_parameters(mondeq_predictor* predictor, const mondeq_array* values, size_t count);
/* Writes a weights file. */
int mondeq_save(mondeq_predictor* predictor, const char* path);

/* Gets what the command line prints: `length` bytes, to stdout (stream 1) or stderr (stream 2).
 * Anything but 0 interrupts the command as Ctrl-C does. */
typedef int (*mondeq_write)(void* user, int stream, const char* text, size_t length);

/* Runs the command line: mondeq_run(2, {"list", "splitting"}, ...). The result is its exit code.
 * One command runs at a time, and another is refused. `write` may be called from threads other than
 * the caller's, in pieces that need not end with a character. Signals are left to the caller. */
int mondeq_run(int argument_count, const char* const* arguments, mondeq_write write, void* user);
/* Interrupts the command that runs, from any thread, as Ctrl-C does; training ends in good order.
 * Other commands go on to their end. Nothing where none runs. */
void mondeq_interrupt(void);

#ifdef __cplusplus
}
#endif

#endif /* MONDEQ_CAPI_MONDEQ_H_ */
