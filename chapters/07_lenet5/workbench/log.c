/*
 * The training log as a table.
 */
#include "07_lenet5/workbench/log.h"

#include "measure.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char head[] = "iteration\tepoch\tloss\ttrain_accuracy\ttrain_loss\ttest_accuracy\t"
                           "test_loss\tseconds\tlearning_accuracy\n";

/* Whether the file that is open for reading begins as a log does. */
static bool begins_as_log(FILE *file) {
    char first[sizeof head] = "";
    return fgets(first, sizeof first, file) && strcmp(first, head) == 0;
}

/* An older log may be replaced, and an empty file; anything else was not meant. */
static bool may_replace(const char *path, Error *error) {
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size == 0) return true;
    FILE *file = fopen(path, "r");
    bool log = file && begins_as_log(file);
    if (file) fclose(file);
    return log || error_set(error, "%s: exists and is not a log: remove it, or name another", path);
}

/* Whether so many bytes of a log are whole lines, at least the first one. */
static bool ends_a_line(FILE *file, long bytes) {
    long least = (long)sizeof head - 1;
    return bytes >= least && fseek(file, bytes - 1, SEEK_SET) == 0 && getc(file) == '\n';
}

bool log_open(Log *log, const char *path, Error *error) {
    *log = (Log){.path = path};
    if (!path) return true;
    if (!may_replace(path, error)) return false;
    log->file = fopen(path, "w");
    if (!log->file) return error_set(error, "%s: cannot write the log: %s", path, strerror(errno));
    fputs(head, log->file);
    return true;
}

bool log_resume(Log *log, const char *path, long bytes, Error *error) {
    *log = (Log){.path = path};
    if (!path) return true;
    if (bytes == 0) return log_open(log, path, error); /* the run had no log so far */
    log->file = fopen(path, "r+");
    if (!log->file)
        return error_set(error, "%s: cannot continue the log: %s", path, strerror(errno));
    bool ok = begins_as_log(log->file);
    if (!ok) error_set(error, "%s: is not a log: its first line differs", path);
    if (ok && (fseek(log->file, 0, SEEK_END) != 0 || ftell(log->file) < bytes))
        ok = error_set(error, "%s: is not the log of this run: it is too short", path);
    if (ok && !ends_a_line(log->file, bytes))
        ok = error_set(error, "%s: is not the log of this run: no line ends at byte %ld", path,
                       bytes);
    if (ok && (ftruncate(fileno(log->file), bytes) != 0 || fseek(log->file, 0, SEEK_END) != 0))
        ok = error_set(error, "%s: cannot continue the log: %s", path, strerror(errno));
    if (ok) return true;
    fclose(log->file);
    log->file = NULL;
    return false;
}

long log_length(Log *log) {
    if (!log->file) return 0;
    errno = EIO;
    if (fflush(log->file) != 0) return -1;
    errno = EIO; /* an earlier line may be missing */
    if (ferror(log->file)) return -1;
    /* a pipe or a terminal cannot, and need not */
    if (fsync(fileno(log->file)) != 0 && errno != EINVAL && errno != EROFS) return -1;
    return ftell(log->file);
}

void log_batch(Log *log, long iteration, int epoch, double loss) {
    if (!log->file) return;
    fprintf(log->file, "%ld\t%d\t%.9g\tnan\tnan\tnan\tnan\tnan\tnan\n", iteration, epoch,
            unsigned_nan(loss));
}

void log_probe(Log *log, long iteration, int epoch, const Evaluation *test) {
    if (!log->file) return;
    fprintf(log->file, "%ld\t%d\tnan\tnan\tnan\t%.6f\t%.9g\tnan\tnan\n", iteration, epoch,
            test->accuracy, unsigned_nan(test->loss));
}

void log_epoch(Log *log, long iteration, int epoch, const Evaluation *train, const Evaluation *test,
               double learning, double seconds) {
    if (!log->file) return;
    fprintf(log->file, "%ld\t%d\tnan\t%.6f\t%.9g\t%.6f\t%.9g\t%.3f\t%.6f\n", iteration, epoch,
            train->accuracy, unsigned_nan(train->loss), test->accuracy, unsigned_nan(test->loss),
            seconds, learning);
    fflush(log->file);
}

bool log_close(Log *log, Error *error) {
    if (!log->file) return true;
    errno = EIO;
    bool ok = fflush(log->file) == 0; /* what was refused is tried again, and the cause is known */
    int why = errno;
    ok = !ferror(log->file) && ok;
    ok = fclose(log->file) == 0 && ok;
    log->file = NULL;
    return ok || error_set(error, "%s: the log is incomplete: %s", log->path, strerror(why));
}
