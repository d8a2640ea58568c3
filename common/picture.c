/* Pictures made of characters; see picture.h. */
#include "picture.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* NO_COLOR is an agreement among programs. */
bool stream_is_fancy(FILE *out) {
    const char *term = getenv("TERM");
    const char *no_color = getenv("NO_COLOR");
    if (no_color && *no_color) return false;
    return term && strcmp(term, "dumb") != 0 && isatty(fileno(out));
}

/* Half blocks are characters of UTF-8. The first of these that is set decides, as it does for every
   program that asks setlocale(). */
static bool terminal_speaks_utf8(void) {
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (int k = 0; k < 3; k++) {
        const char *locale = getenv(names[k]);
        if (!locale || !*locale) continue;
        return strstr(locale, "UTF-8") || strstr(locale, "utf-8") || strstr(locale, "UTF8") ||
               strstr(locale, "utf8");
    }
    return false;
}

/* 0 at lo, 1 at hi, cut at both ends; NaN stays NaN, as it fails both comparisons. */
static real level(real value, real lo, real hi) {
    if (!(hi > lo)) return 0; /* a flat image, or no range at all */
    real t = (value - lo) / (hi - lo);
    if (t < 0) return 0;
    if (t > 1) return 1;
    return t;
}

/* One cell: the pixel above and the pixel below. */
static void print_cell(FILE *out, bool fancy, real above, real below) {
    const char ramp[] = " .:-=+*#%@";
    if (isnan(above) || isnan(below)) {
        fputs(fancy ? "\033[0m?" : "?", out);
        return;
    }
    if (!fancy) {
        /* 9.99 and not 10: full brightness is the last character, not the one after it */
        fputc(ramp[(int)((above + below) / 2 * (real)9.99)], out);
        return;
    }
    /* Terminals with 256 colours have 24 greys, from 232 on. The upper half of the cell has the
       foreground's colour, the lower half the background's. */
    fprintf(out, "\033[38;5;%dm\033[48;5;%dm\u2580", 232 + (int)(above * 23),
            232 + (int)(below * 23));
}

/* The range of one image, when the caller leaves it open. */
static void own_range(int count, const real *x, real *lo, real *hi) {
    *lo = x[0];
    *hi = x[0];
    for (int i = 1; i < count; i++) {
        if (x[i] < *lo) *lo = x[i];
        if (x[i] > *hi) *hi = x[i];
    }
}

/* Line by line through all images, since a terminal cannot go back up. */
void picture_print(FILE *out, int count, int h, int w, const real *x, real lo, real hi) {
    bool fancy = stream_is_fancy(out) && terminal_speaks_utf8();
    /* two rows of pixels are one line of text, through all images */
    for (int r = 0; r < h; r += 2) {
        for (int m = 0; m < count; m++) {
            const real *image = x + m * h * w;
            /* the caller's range makes images comparable; its own shows all of one */
            real from = lo, to = hi;
            if (!(from < to)) own_range(h * w, image, &from, &to);
            fputs("  ", out);
            for (int q = 0; q < w; q++) {
                /* a last row without a partner gets a blank one */
                real above = level(image[r * w + q], from, to);
                real below = r + 1 < h ? level(image[(r + 1) * w + q], from, to) : 0;
                print_cell(out, fancy, above, below);
            }
            if (fancy) fputs("\033[0m", out);
        }
        fputc('\n', out);
    }
}

/* Three digits: enough to follow a calculation by hand. */
void matrix_print(FILE *out, const char *title, int rows, int cols, const real *x) {
    fprintf(out, "%s\n", title);
    for (int r = 0; r < rows; r++) {
        fputs("  ", out);
        for (int q = 0; q < cols; q++)
            fprintf(out, " %6.3g", (double)x[r * cols + q]);
        fputc('\n', out);
    }
}

/* Six digits are enough for a picture. */
void block_write(FILE *out, const char *name, int rows, int cols, const real *x) {
    fprintf(out, "# %s\n", name);
    for (int i = 0; i < rows * cols; i++)
        fprintf(out, "%.6g%c", (double)x[i], i % cols == cols - 1 ? '\n' : '\t');
    fputs("\n\n", out);
}
