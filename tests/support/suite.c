/*
 * Shared by the suites; see suite.h.
 */
#include "suite.h"

#include "fence.h"
#include "measure.h"
#include "notes.h"

#include <dirent.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ------------------------------------------------------------------ expectations --------- */

void quiet(void) {
    cr_redirect_stderr();
}

void expect_ok(GradFinding finding) {
    cr_assert(finding.ok, "%s", finding.text);
}

/* The results of nans(), by their first number: the numbers after its end must be untouched. */
static void expect_guards(const char *what, const real *got);

void expect_list(const char *what, size_t n, const real *got, const real *want, double tolerance) {
    size_t bad = 0, first = 0;
    for (size_t i = 0; i < n; i++) {
        if (fabs((double)got[i] - (double)want[i]) <= tolerance) continue;
        if (bad == 0) first = i;
        bad++;
    }
    expect_guards(what, got);
    cr_assert(bad == 0, "%s: %zu of %zu differ; first [%zu]: got %.9g, want %.9g", what, bad, n,
              first, unsigned_nan((double)got[first]), unsigned_nan((double)want[first]));
}

void expect_error(bool ok, const Error *error, const char *what) {
    cr_assert(!ok, "accepted, not refused: %s", what);
    cr_assert(strstr(error->text, what) != NULL, "'%s' does not say '%s'", error->text, what);
    cr_assert(strchr(error->text, '\n') == NULL, "more than one line: %s", error->text);
}

void expect_contract(void (*mistake)(void), const char *says) {
    int status = 0;
    FILE *file = tmpfile();
    cr_assert(file != NULL, "no temporary file");
    fflush(NULL);
    pid_t child = fork();
    cr_assert(child >= 0, "no second process");
    if (child == 0) {
        dup2(fileno(file), STDERR_FILENO);
        alarm(10); /* for one that never returns */
        mistake();
        _exit(0);
    }
    cr_assert(waitpid(child, &status, 0) == child);
    char text[1000] = "";
    ssize_t size = pread(fileno(file), text, sizeof text - 1, 0);
    fclose(file);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "nothing aborts: %s", says);
    cr_assert(size > 0 && strstr(text, "broken contract: ") && strstr(text, says),
              "'%s' does not say '%s'", text, says);
}

/* ------------------------------------------------------------------ numbers -------------- */

/* A piece of memory; those of nans() have guard numbers after their end. */
typedef struct Block {
    struct Block *before;
    size_t guarded; /* where the guard numbers begin; 0: there are none */
    double memory[];
} Block;

enum { FENCE = FENCE_BYTES / sizeof(real) };
static Block *last_block;

void *kept(size_t bytes) {
    Block *block = calloc(1, sizeof *block + bytes);
    cr_assert(block != NULL, "no memory for the test");
    block->before = last_block;
    last_block = block;
    return block->memory;
}

static void expect_guards(const char *what, const real *got) {
    const Block *block = last_block;
    while (block && (const void *)block->memory != (const void *)got)
        block = block->before;
    if (!block || block->guarded == 0) return;
    const real *end = got + block->guarded;
    size_t i = fence_broken(end, FENCE_BYTES) / sizeof *end;
    cr_assert(i == FENCE, "%s: entry %zu past its end was written", what, i);
}

real *zeros(size_t n) {
    return kept(n * sizeof(real));
}

real *nans(size_t n) {
    real *x = zeros(n + FENCE);
    for (size_t i = 0; i < n; i++)
        x[i] = (real)NAN;
    fence_set(x + n, FENCE_BYTES);
    last_block->guarded = n;
    return x;
}

real *eighths(Rng *rng, size_t n) {
    real *x = zeros(n);
    for (size_t i = 0; i < n; i++)
        x[i] = (real)((rng_below(rng, 65) - 32) / 8.0);
    return x;
}

real *ties(Rng *rng, size_t n) {
    real *x = zeros(n);
    for (size_t i = 0; i < n; i++)
        x[i] = (real)((rng_below(rng, 3) - 1) / 8.0);
    return x;
}

real *normals(Rng *rng, size_t n) {
    real *x = zeros(n);
    for (size_t i = 0; i < n; i++)
        x[i] = (real)rng_normal(rng);
    return x;
}

real *distinct(Rng *rng, size_t n) {
    real *x = zeros(n);
    int *order = kept(n * sizeof *order);
    for (size_t i = 0; i < n; i++)
        order[i] = (int)i;
    rng_shuffle(rng, order, (int)n);
    for (size_t i = 0; i < n; i++)
        x[i] = (real)(4 * (order[i] - (int)n / 2) + (order[i] % 3 + 1) / 8.0);
    return x;
}

Layer layer_with(Layer layer, LayerForward *forward, LayerBackward *backward) {
    layer.forward = forward;
    layer.backward = backward;
    return layer;
}

GradCase random_case(const Layer *layer, int n, Rng *rng, real *(*numbers)(Rng *, size_t),
                     double nonzero) {
    real *w = numbers(rng, layer_params(layer));
    for (size_t i = 0; i < layer_weights(layer); i++)
        if (!layer_linked(layer, i)) w[i] = 0;
    real *x = numbers(rng, (size_t)(n * shape_size(layer->in)));
    real *dy = numbers(rng, (size_t)(n * shape_size(layer->out)));
    return (GradCase){layer, n, w, x, dy, nonzero};
}

/* ------------------------------------------------------------------ files ---------------- */

const char *folder(void) {
    const char *name = textf("%s/XXXXXX", notes_folder());
    char *path = kept(strlen(name) + 1);
    strcpy(path, name);
    cr_assert(mkdtemp(path) != NULL, "cannot make a folder in %s", notes_folder());
    return path;
}

const char *textf(const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t size = (size_t)vsnprintf(NULL, 0, format, args) + 1;
    char *made = kept(size);
    vsnprintf(made, size, format, again);
    va_end(again);
    va_end(args);
    return made;
}

const char *in(const char *dir, const char *name) {
    return textf("%s/%s", dir, name);
}

const char *listing(const char *dir) {
    struct dirent **entry;
    const char *names = "";
    int count = scandir(dir, &entry, NULL, alphasort);
    cr_assert(count >= 0, "cannot list %s", dir);
    for (int i = 0; i < count; i++) {
        const char *name = entry[i]->d_name;
        bool shown = strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
        if (shown) names = textf("%s%s%s", names, *names ? " " : "", name);
        free(entry[i]);
    }
    free(entry);
    return names;
}

void write_file(const char *path, const void *bytes, size_t count) {
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL, "cannot write %s", path);
    cr_assert(fwrite(bytes, 1, count, file) == count, "cannot write %s", path);
    cr_assert(fclose(file) == 0, "cannot write %s", path);
}

char *read_file(const char *path, size_t *bytes) {
    FILE *file = fopen(path, "rb");
    cr_assert(file != NULL, "cannot read %s", path);
    cr_assert(fseek(file, 0, SEEK_END) == 0, "cannot read %s", path);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *all = kept(size + 1);
    cr_assert(fread(all, 1, size, file) == size, "cannot read %s", path);
    fclose(file);
    if (bytes) *bytes = size;
    return all;
}
