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
    BAR_MOST = 24,   /* columns between the brackets */
    BAR_LEAST = 6,   /* a shorter bar shows nothing */
    WIDTH_USUAL = 80 /* columns of a terminal that does not say */
};

/* The text after the percentage. When room is short, the last of these goes first. */
enum { LOSS, LEFT, ACCURACY, RATE, PARTS };

/* Nothing is drawn yet: a job that is over at once needs no bar. */
void progress_start(Progress *bar, FILE *out, const char *label, long total) {
    double now = seconds_now();
    *bar = (Progress){
        .out = out, .fancy = stream_is_fancy(out), .total = total, .started = now, .drawn = now};
    snprintf(bar->label, sizeof bar->label, "%s", label);
}

/* Columns of the terminal: its own answer, else COLUMNS, else 80. */
static int terminal_width(FILE *out) {
    struct winsize window = {0};
    if (ioctl(fileno(out), TIOCGWINSZ, &window) == 0 && window.ws_col > 0) return window.ws_col;
    const char *columns = getenv("COLUMNS");
    int width = columns ? atoi(columns) : 0;
    return width > 0 ? width : WIDTH_USUAL;
}

/* " [=======>      ]", with `length` characters between the brackets. */
static void bar_text(double share, int length, char *text) {
    int filled = (int)(length * share);
    char *end = text + snprintf(text, 3, " [");
    for (int i = 0; i < length; i++) {
        char c = ' ';
        if (i < filled) c = '=';
        if (i == filled) c = '>';
        *end++ = c;
    }
    *end++ = ']';
    *end = '\0';
}

/* Each part, two blanks before it. */
static void part_texts(const Progress *bar, long done, double loss, double accuracy, double seconds,
                       char part[PARTS][32]) {
    /* the mean rate since the start, and the rest at that rate */
    double rate = (double)done / seconds;
    double left = rate > 0 ? (double)(bar->total - done) / rate : 0;
    snprintf(part[LOSS], sizeof *part, "  loss %.4f", loss);
    snprintf(part[LEFT], sizeof *part, "  %.0f s left", left);
    snprintf(part[ACCURACY], sizeof *part, "  accuracy %.4f", accuracy);
    snprintf(part[RATE], sizeof *part, "  %.0f images/s", rate);
}

/* Empties parts until the others fit, with a short bar, into some columns. Returns how many columns
   are left for the bar, its brackets and the blank before them. */
static int drop_parts(int room, char part[PARTS][32]) {
    for (int k = 0; k < PARTS; k++)
        room -= (int)strlen(part[k]);
    for (int k = PARTS - 1; k >= 0 && room < BAR_LEAST + 3; k--) {
        room += (int)strlen(part[k]);
        part[k][0] = '\0';
    }
    return room;
}

/* The line, fitted to a width; 0: any width and no bar, for a log. Label and percentage come first,
   and the parts in an order that reads well, whatever their importance. */
static void line_text(const Progress *bar, long done, char part[PARTS][32], int width, char *line,
                      size_t size) {
    char percent[16], meter[BAR_MOST + 4] = "";
    snprintf(percent, sizeof percent, " %3ld%%", 100 * done / bar->total);
    if (width == 0) {
        snprintf(meter, sizeof meter, " ");
    } else {
        int room = width - (int)(strlen(bar->label) + strlen(percent));
        int length = drop_parts(room, part) - 3;
        if (length > BAR_MOST) length = BAR_MOST;
        if (length >= BAR_LEAST) bar_text((double)done / (double)bar->total, length, meter);
    }
    snprintf(line, size, "%s%s%s%s%s%s%s", bar->label, meter, percent, part[LOSS], part[ACCURACY],
             part[RATE], part[LEFT]);
    /* A label that is wider than the terminal is cut. */
    if (width > 0 && (int)strlen(line) > width) line[width] = '\0';
}

void progress_update(Progress *bar, long done, double loss, double accuracy) {
    /* more often would cost time, and flicker; a file gets a line every ten seconds */
    char part[PARTS][32], line[256];
    double now = seconds_now(), pause = bar->fancy ? 0.1 : 10;
    if (now - bar->drawn < pause) return;
    bar->drawn = now;
    int width = 0;
    if (bar->fancy) {
        /* The last column stays empty: some terminals start a new line when it is filled. */
        width = terminal_width(bar->out) - 1;
        if (width < 1) width = 1;
    }
    part_texts(bar, done, loss, accuracy, now - bar->started, part);
    line_text(bar, done, part, width, line, sizeof line);
    /* back to the first column, the line, and nothing after it; or a line like any other */
    fprintf(bar->out, bar->fancy ? "\r%s\033[K" : "%s\n", line);
    fflush(bar->out);
}

void progress_end(Progress *bar) {
    if (bar->fancy) fputs("\r\033[K", bar->out);
    fflush(bar->out);
}
