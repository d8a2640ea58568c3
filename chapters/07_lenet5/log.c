/*
 * The training log as a table.
 */
#include "07_lenet5/log.h"

#include <errno.h>
#include <string.h>

bool log_open(Log *log, const char *path, Error *error) {
    *log = (Log){.path = path};
    if (!path) return true;
    log->file = fopen(path, "w");
    if (!log->file) return error_set(error, "%s: cannot write the log: %s", path, strerror(errno));
    fprintf(log->file, "iteration\tepoch\tloss\ttrain_accuracy\ttrain_loss\ttest_accuracy\t"
                       "test_loss\tseconds\tlearning_accuracy\n");
    return true;
}

void log_batch(Log *log, long iteration, int epoch, double loss) {
    if (!log->file) return;
    fprintf(log->file, "%ld\t%d\t%.9g\tnan\tnan\tnan\tnan\tnan\tnan\n", iteration, epoch, loss);
}

void log_epoch(Log *log, long iteration, int epoch, const Evaluation *train, const Evaluation *test,
               double learning, double seconds) {
    if (!log->file) return;
    fprintf(log->file, "%ld\t%d\tnan\t%.6f\t%.9g\t%.6f\t%.9g\t%.3f\t%.6f\n", iteration, epoch,
            train->accuracy, train->loss, test->accuracy, test->loss, seconds, learning);
    fflush(log->file);
}

bool log_close(Log *log, Error *error) {
    if (!log->file) return true;
    bool bad = ferror(log->file) != 0;
    bad = fclose(log->file) != 0 || bad;
    log->file = NULL;
    return !bad || error_set(error, "%s: the log is incomplete: is the disk full?", log->path);
}
