/*
 * Live pictures: a window that gnuplot keeps up to date, or pictures made of characters.
 */
#include "07_lenet5/workbench/draw.h"

#include "measure.h"
#include "picture.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define SCRIPT "plots/live.gp"

/* Seconds between two pictures on a terminal: gnuplot needs a twentieth of one for each. */
static const double seconds_between = 2;

/* A picture is made by this command; the script finds the log through the environment. */
static const char plain[] = "LIVE_TERMINAL=dumb gnuplot " SCRIPT " 2> /dev/null";
static const char coloured[] = "LIVE_TERMINAL=ansi gnuplot " SCRIPT " 2> /dev/null";

static bool has_display(void) {
    const char *x11 = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");
    return (x11 && *x11) || (wayland && *wayland);
}

/* Whether `gnuplot -V` runs, and knows a window (a terminal called qt, wxt or x11). */
static bool ask_gnuplot(bool *window) {
    char line[400] = "";
    FILE *answer = popen("gnuplot -e \"set print '-'; print ' '.GPVAL_TERMINALS.' '\" 2>&1", "r");
    if (!answer) return false;
    while (fgets(line, sizeof line, answer))
        *window = *window || strstr(line, " qt ") || strstr(line, " wxt ") || strstr(line, " x11 ");
    return pclose(answer) == 0;
}

/* Starts gnuplot in a process group of its own: Ctrl-C is for us. It ends when we have ended. */
static bool open_window(Error *error) {
    char *arguments[] = {"gnuplot", "-persist", SCRIPT, NULL};
    char number[24];
    pid_t child;
    snprintf(number, sizeof number, "%ld", (long)getpid());
    setenv("LIVE_PID", number, 1);
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&how);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP);
    int failed = posix_spawnp(&child, arguments[0], &files, &how, arguments, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    return failed == 0 || error_set(error, "--live: cannot start gnuplot: %s", strerror(failed));
}

bool draw_start(Drawing *drawing, FILE *out, const char *log, Error *error) {
    bool window = false;
    *drawing = (Drawing){.out = NULL};
    if (access(SCRIPT, R_OK) != 0)
        return error_set(error, "--live needs " SCRIPT ": run from the project's top folder");
    if (!ask_gnuplot(&window))
        return error_set(error, "--live needs gnuplot (Debian: apt-get install gnuplot-nox)");
    setenv("LIVE_LOG", log, 1);
    if (window && has_display()) return open_window(error);
    drawing->out = out;
    drawing->fancy = stream_is_fancy(out);
    return true;
}

bool draw_due(const Drawing *drawing, bool epoch) {
    if (!drawing->out) return false;
    return drawing->fancy ? seconds_now() - drawing->drawn >= seconds_between : epoch;
}

void draw_now(Drawing *drawing) {
    char line[400];
    FILE *picture = popen(drawing->fancy ? coloured : plain, "r");
    drawing->drawn = seconds_now();
    if (!picture) return;
    /* back to the first row of the last picture; wipe it, and the progress bar below it */
    if (drawing->fancy && drawing->rows > 0) fprintf(drawing->out, "\033[%dA", drawing->rows);
    if (drawing->fancy) fputs("\r\033[J", drawing->out);
    drawing->rows = 0;
    while (fgets(line, sizeof line, picture)) {
        fputs(line + strspn(line, "\f"), drawing->out); /* terminals take \f for a new line */
        if (strchr(line, '\n')) drawing->rows++; /* the last line may only reset the colour */
    }
    fflush(drawing->out);
    if (pclose(picture) != 0) drawing->out = NULL; /* gnuplot is gone: no more pictures */
}

void draw_below(Drawing *drawing) {
    drawing->rows = 0;
}
