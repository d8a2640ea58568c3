/*
 * Running the program; see program.h.
 */
#include "program.h"

#include "dataset.h"
#include "support.h"

#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT = 100 }; /* seconds, times patience(), then SIGALRM ends the program */

void write_set(const char *dir, const char *prefix, int first, int n) {
    const uint8_t high = (uint8_t)(n / 256), low = (uint8_t)(n % 256);
    const uint8_t image_head[16] = {0, 0, 8, 3, 0, 0, high, low, 0, 0, 0, 28, 0, 0, 0, 28};
    const uint8_t label_head[8] = {0, 0, 8, 1, 0, 0, high, low};
    Dataset data = few(first + n);
    size_t bytes = (size_t)n * IMAGE_BYTES;
    uint8_t *images = kept(16 + bytes), *labels = kept(8 + (size_t)n);
    memcpy(images, image_head, 16);
    memcpy(images + 16, data.image + first * IMAGE_BYTES, bytes);
    memcpy(labels, label_head, 8);
    memcpy(labels + 8, data.label + first, (size_t)n);
    write_file(textf("%s/%s-images-idx3-ubyte", dir, prefix), images, 16 + bytes);
    write_file(textf("%s/%s-labels-idx1-ubyte", dir, prefix), labels, 8 + (size_t)n);
}

const char *small_set(void) {
    const char *dir = folder();
    write_set(dir, "train", 0, SMALL_TRAIN);
    write_set(dir, "t10k", SMALL_TRAIN, SMALL_TEST);
    return dir;
}

Running command_start(const char *dir, const char *command) {
    Running running = {.out = tmpfile(), .err = tmpfile()};
    cr_assert(running.out && running.err, "no temporary files");
    running.pid = fork();
    cr_assert(running.pid >= 0, "cannot start %s", command);
    if (running.pid > 0) return running;
    if (chdir(dir) == 0 && dup2(fileno(running.out), STDOUT_FILENO) >= 0 &&
        dup2(fileno(running.err), STDERR_FILENO) >= 0) {
        alarm(LIMIT * (unsigned)patience()); /* stays set in the program */
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    }
    _exit(126);
}

/* Everything that a stream's file holds by now; valid until the next call. */
static const char *written(FILE *file) {
    static char all[1000000];
    ssize_t size = pread(fileno(file), all, sizeof all - 1, 0);
    cr_assert(size >= 0, "cannot read the program's output");
    all[size] = '\0';
    return all;
}

Ran wait_for_end(Running *running) {
    int status = 0;
    cr_assert(waitpid(running->pid, &status, 0) == running->pid, "no program to wait for");
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    Ran ran = {.code = code, .out = textf("%s", written(running->out))};
    ran.err = textf("%s", written(running->err));
    fclose(running->out);
    fclose(running->err);
    return ran;
}

/* A fiftieth of a second. */
static void wait_a_moment(void) {
    const struct timespec moment = {0, 20000000};
    nanosleep(&moment, NULL);
}

void wait_for(const Running *running, const char *text) {
    for (int k = 0; k < 50 * LIMIT * patience(); k++) {
        if (strstr(written(running->out), text)) return;
        wait_a_moment();
    }
    cr_assert(false, "the program did not say '%s'", text);
}

const char *program_path(void) {
    char here[PATH_MAX] = "", quoted[2 * PATH_MAX] = "";
    if (*BUILD != '/') cr_assert(getcwd(here, sizeof here) != NULL);
    const char *path = textf("%s%s" BUILD "/07_lenet5", here, *here ? "/" : "");
    /* an apostrophe ends the quotation, stands alone, and begins the next one */
    size_t at = 0;
    for (const char *c = path; *c && at + 5 < sizeof quoted; c++)
        at += (size_t)snprintf(quoted + at, sizeof quoted - at, *c == '\'' ? "'\\''" : "%c", *c);
    return textf("'%s'", quoted);
}

Running lenet5_start(const char *dir, const char *arguments) {
    return command_start(dir, textf("exec %s %s", program_path(), arguments));
}

static const char *textv(const char *format, va_list args) {
    char made[2000];
    vsnprintf(made, sizeof made, format, args);
    return textf("%s", made);
}

Ran lenet5_in(const char *dir, const char *arguments, ...) {
    va_list args;
    va_start(args, arguments);
    Running running = lenet5_start(dir, textv(arguments, args));
    va_end(args);
    return wait_for_end(&running);
}

Ran lenet5_ok(const char *dir, const char *arguments, ...) {
    va_list args;
    va_start(args, arguments);
    const char *line = textv(arguments, args);
    va_end(args);
    Ran ran = lenet5_in(dir, "%s", line);
    cr_assert(ran.code == 0, "07_lenet5 %s: exit code %d: %s%s", line, ran.code, ran.err, ran.out);
    return ran;
}

Ran command_in(const char *dir, const char *command, ...) {
    va_list args;
    va_start(args, command);
    Running running = command_start(dir, textv(command, args));
    va_end(args);
    return wait_for_end(&running);
}
