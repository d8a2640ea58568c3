/*
 * A run, drawn while it goes on: thinned curves, and a gnuplot beside the training that is never waited for.
 */
#include "07_lenet5/live.h"

#include "measure.h"
#include "picture.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DRAWN "drawn\n" /* how gnuplot answers when a picture is done */

static const double seconds_between = 0.5; /* pictures */
static const int patience = 2000;          /* milliseconds, for the first and the last answer */

extern char **environ;

/* ------------------------------------------------------------------ curves --------------- */

void curve_add(Curve *c, double x, double y) {
    if (!isfinite(y)) return;
    if (c->each == 0) c->each = 1;
    if (c->taken == 0) c->x[c->points] = c->y[c->points] = 0;
    c->x[c->points] += x, c->y[c->points] += y;
    if (++c->taken < c->each) return;
    c->x[c->points] /= c->each, c->y[c->points] /= c->each;
    c->taken = 0;
    if (++c->points < CURVE_POINTS) return;
    for (int k = 0; k < CURVE_POINTS / 2; k++) { /* full: two become one */
        c->x[k] = (c->x[2 * k] + c->x[2 * k + 1]) / 2;
        c->y[k] = (c->y[2 * k] + c->y[2 * k + 1]) / 2;
    }
    c->points /= 2, c->each *= 2;
}

/* ------------------------------------------------------------------ the picture ---------- */

/* A named block of data; a loss of 0 has no place on a logarithmic axis. */
static void write_curve(FILE *out, const char *name, const Curve *c, double least) {
    fprintf(out, "$%s << end\n", name);
    for (int k = 0; k < c->points; k++) fprintf(out, "%.5g %.5g\n", c->x[k], fmax(c->y[k], least));
    fprintf(out, "end\n");
}

/* Learning and testing in one plot; gnuplot refuses a curve without points. */
static void write_plot(FILE *out, const char *what, const Curve *learning, const Curve *test) {
    const Curve *last = learning->points ? learning : test;
    if (last->points == 0) return;
    fprintf(out, "set title '%s: %.4g'\nplot ", what, last->y[last->points - 1]);
    if (learning->points) fprintf(out, "$learning_%s with lines title 'learning'", what);
    if (learning->points && test->points) fprintf(out, ", ");
    if (test->points) fprintf(out, "$test_%s with linespoints title 'test'", what);
    fprintf(out, "\n");
}

void live_script(const Live *l, FILE *out) {
    if (l->loss.points + l->test_loss.points > 0) {
        write_curve(out, "learning_loss", &l->loss, 1e-9);
        write_curve(out, "test_loss", &l->test_loss, 1e-9);
        write_curve(out, "learning_accuracy", &l->learning, 0);
        write_curve(out, "test_accuracy", &l->test_accuracy, 0);
        fprintf(out, "set multiplot layout 1,2\nset logscale y\nset key top right\n");
        write_plot(out, "loss", &l->loss, &l->test_loss);
        fprintf(out, "unset logscale y\nset key bottom right\n");
        write_plot(out, "accuracy", &l->learning, &l->test_accuracy);
        fprintf(out, "unset multiplot\n");
    }
    fprintf(out, "print '%.*s'\n", (int)strlen(DRAWN) - 1, DRAWN);
}

/* ------------------------------------------------------------------ gnuplot -------------- */

/* gnuplot is gone, or is let go: closes the line to it. */
static void let_go(Live *l) {
    struct timespec ten_ms = {.tv_nsec = 10000000};
    close(l->line);
    for (int k = 0; k < patience / 10; k++) {
        if (waitpid(l->gnuplot, NULL, WNOHANG) != 0) {
            l->gnuplot = 0;
            return;
        }
        nanosleep(&ten_ms, NULL);
    }
    kill(l->gnuplot, SIGKILL); /* it hangs */
    waitpid(l->gnuplot, NULL, 0);
    l->gnuplot = 0;
}

/* It has died, or its window was closed; before the first picture live_start() says so. */
static void lose(Live *l) {
    if (l->drawn > 0)
        fprintf(l->out, "%sgnuplot has ended: no more pictures\n", l->fancy ? "\r\033[K" : "");
    l->lines = 0;
    let_go(l);
}

/* Sends commands, all or none, without waiting. A line that is closed gives an error and no SIGPIPE. */
static void say(Live *l, const char *text, size_t bytes) {
    l->busy = true;
    l->got = 0;
    if (send(l->line, text, bytes, MSG_NOSIGNAL) != (ssize_t)bytes) lose(l);
}

/* Takes in what has been answered so far. Returns whether the answer is complete. */
static bool listen_to(Live *l) {
    const size_t end = strlen(DRAWN);
    ssize_t n = recv(l->line, l->frame + l->got, FRAME_BYTES - 1 - l->got, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (n <= 0) { /* it has died, or says more than a picture holds */
        lose(l);
        return false;
    }
    l->got += (size_t)n;
    if (l->got < end || memcmp(l->frame + l->got - end, DRAWN, end) != 0) return false;
    l->frame[l->got - end] = '\0';
    l->busy = false;
    return true;
}

/* The same, but gives it time. */
static bool wait_for(Live *l) {
    struct pollfd line = {.fd = l->line, .events = POLLIN};
    while (l->gnuplot && l->busy && poll(&line, 1, patience) > 0)
        if (listen_to(l)) return true;
    return false;
}

/* Starts gnuplot with a socket as its input and output, in a group of its own: Ctrl-C is for us. */
static bool spawn_gnuplot(Live *l, Error *error) {
    char *arguments[] = {"gnuplot", "-d", "-persist", "-", NULL};
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return error_set(error, "--live: no line to gnuplot: %s", strerror(errno));
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&how);
    posix_spawn_file_actions_adddup2(&files, pair[1], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, pair[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP);
    fcntl(pair[0], F_SETFD, FD_CLOEXEC);
    fcntl(pair[1], F_SETFD, FD_CLOEXEC);
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    int failed = posix_spawnp(&l->gnuplot, arguments[0], &files, &how, arguments, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    close(pair[1]);
    l->line = pair[0];
    if (!failed) return true;
    close(pair[0]);
    l->gnuplot = 0;
    return error_set(error, "--live needs gnuplot: %s (Debian: apt-get install gnuplot-nox)",
                     strerror(failed));
}

/* A window, of the first kind that this gnuplot knows, or letters. */
static void choose_terminal(Live *l, bool window) {
    static const char *const kinds[] = {"qt", "wxt", "x11"};
    static const char look[] =
        "set xlabel 'epoch'\nset xrange [0:*]\nset border 3\nset tics nomirror\n"
        "set style data lines\nset linetype 1 lc rgb '#0072B2' lw 2\n"
        "set linetype 2 lc rgb '#D55E00' lw 2 pt 5\n";
    char text[768], word[8], terminal[160] = "dumb 79 20 mono noenhanced";
    for (int k = 0; k < 3 && window && !l->window; k++) {
        snprintf(word, sizeof word, " %s ", kinds[k]);
        l->window = strstr(l->frame, word) != NULL;
        if (l->window)
            snprintf(terminal, sizeof terminal,
                     "%s noraise size 1000,420 title 'LeNet-5'\nbind 'Close' 'exit gnuplot'",
                     kinds[k]);
    }
    int n = snprintf(text, sizeof text, "set term %s\n%sprint 'drawn'\n", terminal, look);
    say(l, text, (size_t)n);
}

bool live_start(Live *l, FILE *out, bool window, Error *error) {
    static const char hello[] = "set print '-'\nprint ' '.GPVAL_TERMINALS.' '\nprint 'drawn'\n";
    *l = (Live){.out = out, .fancy = stream_is_fancy(out)};
    if (!spawn_gnuplot(l, error)) return false;
    say(l, hello, sizeof hello - 1);
    bool answered = wait_for(l);
    if (answered) choose_terminal(l, window);
    if (answered && wait_for(l)) return true;
    if (l->gnuplot) let_go(l);
    return error_set(error, "--live: gnuplot does not answer; does `gnuplot -d` work here?");
}

/* ------------------------------------------------------------------ drawing -------------- */

void live_wipe(Live *l) {
    if (l->fancy && l->lines > 0) fprintf(l->out, "\033[%dA", l->lines);
    if (l->fancy) fputs("\r\033[J", l->out); /* and the progress bar below it */
    l->lines = 0;
}

/* The picture made of letters that has come back, in place of the last one. */
static void show(Live *l) {
    const char *text = l->frame + strspn(l->frame, "\f\n");
    if (l->window || *text == '\0') return;
    live_wipe(l);
    for (; *text; text++) {
        if (*text == '\f') continue;
        putc(*text, l->out);
        l->lines += *text == '\n';
    }
    fflush(l->out);
}

static void draw(Live *l) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *script = open_memstream(&text, &bytes);
    if (!script) return;
    live_script(l, script);
    l->drawn = seconds_now();
    l->due = false;
    if (fclose(script) == 0) say(l, text, bytes);
    free(text);
}

void live_batch(Live *l, double epoch, double loss, double right) {
    if (!l->gnuplot) return;
    curve_add(&l->loss, epoch, loss);
    curve_add(&l->learning, epoch, right);
    bool often = l->window || l->fancy;
    if ((!often && !l->due && !l->busy) || seconds_now() - l->drawn < seconds_between / 10) return;
    if (l->busy && listen_to(l)) show(l);
    bool time = often ? seconds_now() - l->drawn >= seconds_between : l->due;
    if (l->gnuplot && !l->busy && time) draw(l);
}

void live_epoch(Live *l, double epoch, double loss, double accuracy) {
    curve_add(&l->test_loss, epoch, loss);
    curve_add(&l->test_accuracy, epoch, accuracy);
    l->due = epoch > 0;
}

void live_end(Live *l) {
    if (l->gnuplot && wait_for(l)) show(l);
    if (l->gnuplot && !l->busy) draw(l);
    if (l->gnuplot && wait_for(l)) show(l);
    if (l->gnuplot) let_go(l);
    l->lines = 0;
}
