/*
 * The progress bar; see progress.h.
 */
#define _DEFAULT_SOURCE /* struct winsize */
#include "progress.h"

#include "measure.h"
#include "picture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    BAR_MOST = 24,    /* columns between the brackets */
    BAR_LEAST = 6,    /* a shorter bar shows nothing */
    WIDTH_USUAL = 80, /* when nobody knows */
};

void progress_start(Progress *bar, FILE *out, const char *label, long total) {
    *bar = (Progress){.out = out, .fancy = stream_is_fancy(out), .total = total};
    snprintf(bar->label, sizeof bar->label, "%s", label);
    bar->started = bar->drawn = seconds_now();
}

/* Columns of the terminal: what it says itself, else COLUMNS, else 80. */
static int terminal_width(FILE *out) {
    struct winsize window = {0};
    if (ioctl(fileno(out), TIOCGWINSZ, &window) == 0 && window.ws_col > 0) return window.ws_col;
    const char *columns = getenv("COLUMNS");
    int width = columns ? atoi(columns) : 0;
    return width > 0 ? width : WIDTH_USUAL;
}

/* "[=======>      ]" */
static void bar_text(double share, int width, char *text) {
    int filled = (int)(width * share);
    *text++ = '[';
    for (int i = 0; i < width; i++)
        *text++ = i < filled ? '=' : i == filled ? '>' : ' ';
    *text++ = ']';
    *text = '\0';
}

char *progress_line(const Progress *bar, long done, double loss, double accuracy, double seconds,
                    int width, char *line, size_t size) {
    char percent[16], part[4][32], meter[BAR_MOST + 3];
    double rate = (double)done / seconds;
    double left = rate > 0 ? (double)(bar->total - done) / rate : 0;
    snprintf(percent, sizeof percent, "%3ld%%", 100 * done / bar->total);
    snprintf(part[0], sizeof *part, "  loss %.4f", loss);
    snprintf(part[1], sizeof *part, "  %.0f s left", left);
    snprintf(part[2], sizeof *part, "  accuracy %.4f", accuracy);
    snprintf(part[3], sizeof *part, "  %.0f images/s", rate);
    if (width == 0) {
        snprintf(line, size, "%s  %s%s%s%s%s", bar->label, percent, part[0], part[2], part[3],
                 part[1]);
        return line;
    }
    /* Drop parts from the last to the first until the others fit with a bar of some length. */
    int room = width - (int)(strlen(bar->label) + 1 + strlen(percent));
    int parts = 4, used = 0;
    for (int k = 0; k < 4; k++)
        used += (int)strlen(part[k]);
    while (parts > 0 && used + 3 + BAR_LEAST > room)
        used -= (int)strlen(part[--parts]);
    int length = room - used - 3 < BAR_MOST ? room - used - 3 : BAR_MOST;
    meter[0] = '\0';
    if (length >= BAR_LEAST) bar_text((double)done / (double)bar->total, length, meter);
    snprintf(line, size, "%s %s%s%s%s%s%s%s", bar->label, meter, *meter ? " " : "", percent,
             parts > 0 ? part[0] : "", parts > 2 ? part[2] : "", parts > 3 ? part[3] : "",
             parts > 1 ? part[1] : "");
    /* A label that is wider than the terminal is cut. */
    if ((int)strlen(line) > width) line[width] = '\0';
    return line;
}

void progress_update(Progress *bar, long done, double loss, double accuracy) {
    char line[160];
    double now = seconds_now();
    if (now - bar->drawn < (bar->fancy ? 0.1 : 10.0)) return;
    bar->drawn = now;
    /* The last column stays empty: some terminals start a new line when it is filled. */
    int width = bar->fancy ? terminal_width(bar->out) - 1 : 0;
    if (bar->fancy && width < 1) width = 1;
    progress_line(bar, done, loss, accuracy, now - bar->started, width, line, sizeof line);
    fprintf(bar->out, bar->fancy ? "\r%s\033[K" : "%s\n", line);
    fflush(bar->out);
}

void progress_end(Progress *bar) {
    if (bar->fancy) fputs("\r\033[K", bar->out);
    fflush(bar->out);
}
