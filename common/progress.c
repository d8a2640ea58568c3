/* The progress bar; see progress.h. */
#include "progress.h"

#include "measure.h"
#include "picture.h"

#include <string.h>

enum { BAR_WIDTH = 24 };

void progress_start(Progress *bar, FILE *out, const char *label, long total) {
    *bar = (Progress){.out = out, .fancy = stream_is_fancy(out), .total = total};
    snprintf(bar->label, sizeof bar->label, "%s", label);
    bar->started = bar->drawn = seconds_now();
}

/* "[=======>      ]" */
static void print_bar(FILE *out, long done, long total) {
    int filled = (int)(BAR_WIDTH * done / total);
    fputc('[', out);
    for (int i = 0; i < BAR_WIDTH; i++) fputc(i < filled ? '=' : i == filled ? '>' : ' ', out);
    fputc(']', out);
}

void progress_update(Progress *bar, long done, double loss, double accuracy) {
    double now = seconds_now();
    if (now - bar->drawn < (bar->fancy ? 0.1 : 10.0)) return;
    bar->drawn = now;
    double rate = (double)done / (now - bar->started);
    double left = rate > 0 ? (double)(bar->total - done) / rate : 0;
    if (bar->fancy) fputc('\r', bar->out);
    fprintf(bar->out, "%s ", bar->label);
    if (bar->fancy) print_bar(bar->out, done, bar->total);
    fprintf(bar->out, " %3ld%%  loss %.4f  accuracy %.4f  %.0f images/s  %.0f s left",
            100 * done / bar->total, loss, accuracy, rate, left);
    fputs(bar->fancy ? "\033[K" : "\n", bar->out);
    fflush(bar->out);
}

void progress_end(Progress *bar) {
    if (bar->fancy) fputs("\r\033[K", bar->out);
    fflush(bar->out);
}
