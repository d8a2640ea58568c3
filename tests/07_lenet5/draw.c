/*
 * train --live: pictures of the log, made by gnuplot, that never change the run.
 */
#include "07_lenet5/workbench/draw.h"

#include "program.h"
#include "reading.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(ch07_draw, .timeout = 120);

/*
 * A gnuplot of our own. Asked for its terminals, it names one. Told to draw, it writes down how it
 * was called and how long the log is by then, and prints two rows: its picture.
 */
static const char gnuplot[] =
    "#!/bin/sh\n"
    "case $* in *GPVAL*) echo ' %s '; exit 0 ;; esac\n"
    "kill -s 0 -- -$$ 2> /dev/null && group=own || group=another\n" /* is $$ a group's number? */
    "echo \"$* terminal=$LIVE_TERMINAL log=$LIVE_LOG pid=$LIVE_PID group=$group\" >> calls\n"
    "count=$(wc -l < calls)\n"
    "wc -l < \"$LIVE_LOG\" >> lengths\n"
    "echo \"picture $count\"; echo \"below $count\"\n"
    "%s\n"; /* the last word: what it does then */

/* A small set with that gnuplot first in the PATH, and a script for it to read. */
static const char *with_gnuplot(const char *terminal, const char *then) {
    const char *dir = small_set(), *script = textf(gnuplot, terminal, then);
    cr_assert(mkdir(in(dir, "bin"), 0777) == 0 && mkdir(in(dir, "plots"), 0777) == 0);
    write_file(in(dir, "plots/live.gp"), "", 0);
    write_file(in(dir, "bin/gnuplot"), script, strlen(script));
    cr_assert(chmod(in(dir, "bin/gnuplot"), 0755) == 0);
    char here[300];
    cr_assert(getcwd(here, sizeof here) != NULL);
    setenv("PATH", textf("%s/%s/bin:%s", here, dir, getenv("PATH")), 1);
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    return dir;
}

/* How often a text occurs in another. */
static int count_of(const char *text, const char *what) {
    int count = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what))
        count++;
    return count;
}

#define RUN "train --epochs 3 --batch 30 --data . --log log"

Test(ch07_draw, t01_characters,
     .description = "without a display: a picture after every epoch, and the same bits") {
    const char *dir = with_gnuplot("dumb", "");
    lenet5_ok(dir, RUN " --save still");
    Ran ran = lenet5_ok(dir, RUN " --save drawn --live");
    cr_expect(same_bytes(in(dir, "still"), in(dir, "drawn")), "drawing changed the run");
    cr_expect(count_of(ran.out, "picture ") == 3 && count_of(ran.out, "below ") == 3, "%s",
              ran.out);
    cr_expect(strstr(ran.out, "below 1\nepoch  1/3 ") != NULL, "%s", ran.out);
    cr_expect(lines_with(in(dir, "calls"), "plots/live.gp terminal=dumb log=log") == 3);
    /* the log is complete up to the epoch: heading, epoch 0, and per epoch its batches, of which
       three make up 100 images, and its own line */
    const double want[3] = {2 + 3 + 1, 6 + 3 + 1, 10 + 4 + 1};
    Table lengths = table_of(in(dir, "lengths"));
    for (int k = 0; k < 3; k++)
        cr_expect(entry(&lengths, k, 0) == want[k], "picture %d: %g lines", k + 1,
                  entry(&lengths, k, 0));
}

Test(ch07_draw, t02_gnuplot_fails,
     .description = "a gnuplot that dies ends the pictures, not the run") {
    const char *dir = with_gnuplot("dumb", "kill -9 $$");
    lenet5_ok(dir, RUN " --save still");
    Ran ran = lenet5_ok(dir, RUN " --save drawn --live");
    cr_expect(same_bytes(in(dir, "still"), in(dir, "drawn")), "drawing changed the run");
    cr_expect(count_of(ran.out, "picture ") == 1, "%s", ran.out);
}

/* Ctrl-C reaches the process group of the terminal: the window has a group of its own. */
Test(ch07_draw, t03_window,
     .description = "with a display: one gnuplot in its own group, which the run leaves "
                    "alone") {
    static const char *const windows[] = {"qt", "wxt", "x11"};
    for (int k = 0; k < 3; k++) {
        const char *dir = with_gnuplot(windows[k], "exec sleep 2");
        setenv("DISPLAY", ":9", 1);
        lenet5_ok(dir, RUN " --save still");
        Ran ran = lenet5_ok(dir, RUN " --save drawn --live");
        cr_expect(same_bytes(in(dir, "still"), in(dir, "drawn")), "drawing changed the run");
        cr_expect(count_of(ran.out, "picture") == 0, "%s", ran.out);
        wait_for_file(in(dir, "lengths"));
        cr_expect(lines_with(in(dir, "calls"), "-persist plots/live.gp terminal= log=log pid=") ==
                  1);
        const char *call = read_file(in(dir, "calls"), NULL);
        cr_expect(strstr(call, "group=own") != NULL, "%s", call);
        cr_expect(number_after(call, " pid=") > 1, "%s", call);
    }
}

Test(ch07_draw, t04_no_window_terminal,
     .description = "a display, but a gnuplot without windows: characters") {
    const char *dir = with_gnuplot("dumb pngcairo", "");
    setenv("DISPLAY", ":9", 1);
    Ran ran = lenet5_ok(dir, RUN " --live");
    cr_expect(count_of(ran.out, "picture ") == 3, "%s", ran.out);
}

Test(ch07_draw, t05_needs, .description = "no gnuplot, or another folder: one line") {
    const char *dir = with_gnuplot("dumb", "");
    cr_assert(unlink(in(dir, "plots/live.gp")) == 0);
    Ran ran = lenet5_in(dir, RUN " --live");
    cr_expect(ran.code == 1, "exit code %d", ran.code);
    cr_expect(strstr(ran.err, "run from the project's top folder") != NULL, "%s", ran.err);
    write_file(in(dir, "plots/live.gp"), "", 0);
    setenv("PATH", dir, 1);
    ran = lenet5_in(dir, RUN " --live");
    cr_expect(ran.code == 1, "exit code %d", ran.code);
    cr_expect(strstr(ran.err, "gnuplot-nox") != NULL, "%s", ran.err);
}

/* On a terminal a picture replaces the last one, and nothing below it is left: the progress bar. */
Test(ch07_draw, t06_terminal, .description = "pictures replace each other, but not lines of text") {
    const char *dir = with_gnuplot("dumb", "");
    char *shown = NULL;
    size_t bytes = 0;
    write_file(in(dir, "log"), "", 0);
    setenv("LIVE_LOG", "log", 1);
    cr_assert(chdir(dir) == 0);
    Drawing drawing = {.out = open_memstream(&shown, &bytes), .fancy = true};
    cr_expect(draw_due(&drawing, false), "the first picture is due at once");
    draw_now(&drawing);
    cr_expect(!draw_due(&drawing, false) && !draw_due(&drawing, true), "too soon for the next");
    draw_now(&drawing);
    draw_below(&drawing);
    draw_now(&drawing);
    drawing.drawn -= 10;
    cr_expect(draw_due(&drawing, false), "after ten seconds the next is due");
    fclose(drawing.out);
    cr_expect_str_eq(shown, "\r\033[Jpicture 1\nbelow 1\n"
                            "\033[2A\r\033[Jpicture 2\nbelow 2\n"
                            "\r\033[Jpicture 3\nbelow 3\n");
    free(shown);
    Drawing nothing = {.out = NULL};
    cr_expect(!draw_due(&nothing, true), "nothing is drawn here");
}
