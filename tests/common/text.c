/*
 * Output to a terminal, and to a file instead.
 */
#include "measure.h"
#include "picture.h"
#include "progress.h"
#include "support/suite.h"

#include <string.h>
#include <time.h>

TestSuite(common_text, .init = limited, .timeout = 60);

/* A function's output to a file, as a string. */
static char *printed(void (*print)(FILE *)) {
    static char text[4000];
    FILE *file = tmpfile();
    cr_assert(file != NULL);
    print(file);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void print_picture(FILE *out) {
    const real x[8] = {0, 1, 1, 0, 0, 1, 0, 1}; /* two images of 2x2 */
    picture_print(out, 2, 2, 2, x, 0, 1);
}

static void print_nan(FILE *out) {
    const real x[4] = {0, (real)NAN, 1, 1};
    picture_print(out, 1, 2, 2, x, 0, 1);
}

static void print_flat(FILE *out) {
    const real x[4] = {5, 5, 5, 5};
    picture_print(out, 1, 2, 2, x, 0, 0);
}

Test(common_text, pictures_without_a_terminal) {
    cr_expect_str_eq(printed(print_picture), "  ==   @\n");
    cr_expect_str_eq(printed(print_flat), "    \n");
    cr_expect_str_eq(printed(print_nan), "  =?\n");
}

static void print_progress(FILE *out) {
    Progress bar;
    progress_start(&bar, out, "epoch 1/2", 1000);
    progress_update(&bar, 100, 2.3, 0.1); /* too soon for a line */
    bar.drawn -= 60;
    bar.started -= 10;
    progress_update(&bar, 500, 1.5, 0.5);
    progress_end(&bar);
}

Test(common_text, progress_without_a_terminal) {
    const char *text = printed(print_progress);
    cr_expect(strncmp(text, "epoch 1/2   50%  loss 1.5000  accuracy 0.5000", 45) == 0, "%s", text);
    cr_expect(strstr(text, "10 s left") != NULL && strchr(text, '\n') == text + strlen(text) - 1,
              "%s", text);
    cr_expect(strchr(text, '\r') == NULL && strchr(text, '\033') == NULL, "%s", text);
}

/* 30,000 of 60,000 images after 1,000 seconds, on a terminal of COLUMNS. */
static void print_half_an_epoch(FILE *out) {
    Progress bar;
    progress_start(&bar, out, "epoch  1/10", 60000);
    bar.fancy = true;
    bar.drawn -= 60;
    bar.started -= 1000;
    progress_update(&bar, 30000, 0.1234, 0.9876);
}

/* The first images, at once: numbers as long as they get. */
static void print_first_images(FILE *out) {
    Progress bar;
    progress_start(&bar, out, "epoch  1/10", 60000);
    bar.fancy = true;
    bar.drawn -= 60;
    progress_update(&bar, 59999, 123.4567, 0.9);
}

/* The line on a terminal with room for `width` characters and the column that stays empty. */
static const char *shown_in(int width, void (*print)(FILE *out)) {
    setenv("COLUMNS", textf("%d", width + 1), 1);
    const char *text = printed(print) + 1; /* after \r */
    return textf("%.*s", (int)strcspn(text, "\033"), text);
}

/* The line fits any terminal; the least important part goes first. */
Test(common_text, progress_fits_any_width) {
    static const struct {
        int width;
        const char *want;
    } lines[] = {
        {100, "epoch  1/10 [============>           ]  50%  loss 0.1234  accuracy 0.9876  30 "
              "images/s  1000 s left"},
        {79, "epoch  1/10 [========>        ]  50%  loss 0.1234  accuracy 0.9876  1000 s left"},
        {60, "epoch  1/10 [=======>       ]  50%  loss 0.1234  1000 s left"},
        {40, "epoch  1/10 [====>   ]  50%  loss 0.1234"},
        {30, "epoch  1/10 [=====>     ]  50%"},
        {20, "epoch  1/10  50%"},
        {5, "epoch"},
    };
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++)
        cr_expect_str_eq(shown_in(lines[k].width, print_half_an_epoch), lines[k].want);
    for (int width = 1; width < 130; width++) {
        const char *line = shown_in(width, print_first_images);
        cr_expect((int)strlen(line) <= width && *line == 'e', "%d columns: %s", width, line);
    }
}

static void print_on_a_terminal(FILE *out) {
    Progress bar;
    progress_start(&bar, out, "epoch 1/2", 1000);
    bar.fancy = true;
    bar.drawn -= 60;
    bar.started -= 10;
    progress_update(&bar, 500, 1.5, 0.5);
}

/* A terminal that does not know its width: COLUMNS, else 80; the last column stays empty. */
Test(common_text, progress_asks_for_the_width) {
    static const struct {
        const char *columns;
        size_t want;
    } asked[] = {{NULL, 79}, {"40", 39}, {"none", 79}, {"0", 79}, {"-5", 79}, {"1", 1}};
    for (size_t k = 0; k < sizeof asked / sizeof *asked; k++) {
        unsetenv("COLUMNS");
        if (asked[k].columns) setenv("COLUMNS", asked[k].columns, 1);
        const char *text = printed(print_on_a_terminal);
        size_t length = strcspn(text, "\033") - 1; /* after \r */
        cr_expect(*text == '\r' && length == asked[k].want, "COLUMNS %s: %zu columns: %s",
                  asked[k].columns ? asked[k].columns : "unset", length, text + 1);
    }
}

Test(common_text, measures) {
    double odd[3] = {3, 1, 2}, even[4] = {4, 1, 3, 2};
    cr_expect(median(odd, 3) == 2 && median(even, 4) == 2.5);
    cr_expect(peak_memory_mb() > 1 && peak_memory_mb() < 1e5);
}

static double clock_of_the_system(void) {
    struct timespec now;
    cr_assert(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* At several moments of a second, so that its fraction counts. */
Test(common_text, seconds) {
    const struct timespec moment = {0, 30000000};
    for (int k = 0; k < 10; k++) {
        double before = clock_of_the_system(), now = seconds_now();
        double after = clock_of_the_system();
        cr_expect(before - 1e-6 < now && now < after + 1e-6, "%.6f, not from %.6f to %.6f", now,
                  before, after);
        nanosleep(&moment, NULL);
    }
}

/* x86 makes NaNs with a sign, which printf shows. */
Test(common_text, nan_has_no_sign) {
    double negative = copysign((double)NAN, -1);
    cr_expect_str_eq(textf("%g", unsigned_nan(negative)), "nan");
    cr_expect_str_eq(textf("%g", unsigned_nan((double)NAN)), "nan");
    cr_expect_str_eq(textf("%g", unsigned_nan(-1.5)), "-1.5");
}

Test(common_text, commas) {
    char text[32];
    cr_expect_str_eq(with_commas(0, text, sizeof text), "0");
    cr_expect_str_eq(with_commas(999, text, sizeof text), "999");
    cr_expect_str_eq(with_commas(61706, text, sizeof text), "61,706");
    cr_expect_str_eq(with_commas(1234567, text, sizeof text), "1,234,567");
}
