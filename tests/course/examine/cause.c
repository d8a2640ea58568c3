/*
 * Likely causes.
 *
 * First the suspects that predict every number: mistakes of this function (expected.h),
 * and mistakes that any array can show (sign, not cleared, transposed, ...). One is named only if
 * no other explains every case as well. Then a constant factor. Then places, which are facts and
 * no causes: "only the first image is right".
 */
#include "case.h"
#include "expected.h"

#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ axes ----------------- */

/* Numbers of one image, if the array has an axis for them; else of all. */
static size_t per_image(const Array *a) {
    bool images = strncmp(a->axis, "image", 5) == 0 && a->axes > 1;
    return images ? a->count / (size_t)a->extent[0] : a->count;
}

static size_t images_of(const Array *a) {
    return a->count / per_image(a);
}

/* The array (or one image of it) as a matrix: how many columns. Rows end at the bar, if there is
   one, else after the first axis. */
static size_t columns_of(const Array *a) {
    size_t columns = per_image(a);
    int axis = images_of(a) > 1 || strncmp(a->axis, "image", 5) == 0;
    const char *name = a->axis;
    bool bar = strchr(a->axis, '|') != NULL;
    for (int k = 0; k < a->axes; k++) {
        if (k >= axis) columns /= (size_t)a->extent[k];
        name += strcspn(name, ",|");
        if (k >= axis && (!bar || *name == '|')) break;
        name++;
    }
    return columns;
}

/* The last two axes' lengths. */
static void last_two(const Array *a, size_t *rows, size_t *columns) {
    *columns = (size_t)a->extent[a->axes - 1];
    *rows = a->axes > 1 ? (size_t)a->extent[a->axes - 2] : 1;
}

/* Index of entry i along the axis that is `back` before the last one. */
static size_t index_along(const Array *a, size_t i, int back) {
    for (int k = 0; k < back; k++)
        i /= (size_t)a->extent[a->axes - 1 - k];
    return i % (size_t)a->extent[a->axes - 1 - back];
}

/* ------------------------------------------------------------------ values --------------- */

/* Entry i if the mistake were this one; NEVER if it cannot be. */
#define NEVER 1e301
typedef double Guess(const Case *c, Slot slot, size_t i);

/* A sum's old entry; 0 for results, which are overwritten. */
static double base(const Case *c, Slot slot, size_t i) {
    return c->sent.array[slot].role == SUM ? c->before[slot][i] : 0;
}

static double times(const Case *c, Slot slot, size_t i, double factor) {
    return base(c, slot, i) + factor * (c->want[slot][i] - base(c, slot, i));
}

static double guess_zero(const Case *c, Slot slot, size_t i) {
    (void)c, (void)slot, (void)i;
    return 0;
}

static double guess_sign(const Case *c, Slot slot, size_t i) {
    return times(c, slot, i, -1);
}

static double guess_twice(const Case *c, Slot slot, size_t i) {
    return times(c, slot, i, 2);
}

static double guess_times_n(const Case *c, Slot slot, size_t i) {
    return times(c, slot, i, c->sent.g.n);
}

static double guess_by_n(const Case *c, Slot slot, size_t i) {
    return times(c, slot, i, 1.0 / (c->sent.g.n > 0 ? c->sent.g.n : 1));
}

static double guess_untouched(const Case *c, Slot slot, size_t i) {
    return c->before[slot][i];
}

static double guess_kept(const Case *c, Slot slot, size_t i) {
    return c->want[slot][i] + c->before[slot][i] - base(c, slot, i);
}

static double guess_overwritten(const Case *c, Slot slot, size_t i) {
    return c->want[slot][i] - base(c, slot, i);
}

static double guess_transposed(const Case *c, Slot slot, size_t i) {
    const Array *a = &c->sent.array[slot];
    size_t one = per_image(a), columns = columns_of(a), rows = one / columns;
    size_t inside = i % one;
    size_t from = i - inside + inside % rows * columns + inside / rows;
    return c->want[slot][from] - base(c, slot, from) + base(c, slot, i);
}

static double guess_rotated(const Case *c, Slot slot, size_t i) {
    const Array *a = &c->sent.array[slot];
    size_t rows, columns;
    last_two(a, &rows, &columns);
    size_t sheet = rows * columns, from = i / sheet * sheet + sheet - 1 - i % sheet;
    if (a->axes < 3) return NEVER;
    return c->want[slot][from] - base(c, slot, from) + base(c, slot, i);
}

static double guess_first_for_all(const Case *c, Slot slot, size_t i) {
    return c->want[slot][i % per_image(&c->sent.array[slot])];
}

static double guess_all_into_first(const Case *c, Slot slot, size_t i) {
    const Array *a = &c->sent.array[slot];
    size_t one = per_image(a);
    return i < one ? c->want[slot][a->count - one + i] : c->before[slot][i];
}

static double guess_only_first(const Case *c, Slot slot, size_t i) {
    return i < per_image(&c->sent.array[slot]) ? c->want[slot][i] : c->before[slot][i];
}

static double guess_only_last(const Case *c, Slot slot, size_t i) {
    const Array *a = &c->sent.array[slot];
    return i >= a->count - per_image(a) ? c->want[slot][i] : c->before[slot][i];
}

static const struct {
    Guess *guess;
    Cause cause;
    Role role; /* of the arrays that can show it; GIVEN: both */
} guesses[] = {
    {guess_zero, {"zero", "every entry is 0"}, GIVEN},
    {guess_sign, {"sign", "every entry has the wrong sign"}, GIVEN},
    {guess_twice, {"twice", "every entry is twice the correct value: added twice?"}, GIVEN},
    {guess_times_n, {"times-n", "every entry is multiplied by the number of images"}, GIVEN},
    {guess_by_n,
     {"by-n", "every entry is divided by the number of images: only the loss does that, by scale"},
     GIVEN},
    {guess_untouched, {"untouched", "nothing is written"}, RESULT},
    {guess_untouched, {"nothing-added", "nothing is added"}, SUM},
    {guess_kept,
     {"not-cleared", "the old content is still in it: it must be overwritten, not added to"},
     RESULT},
    {guess_overwritten,
     {"overwritten", "the old content is gone: it must be added to, not overwritten"},
     SUM},
    {guess_transposed, {"transposed", "it is the correct matrix, transposed"}, GIVEN},
    {guess_rotated, {"rotated", "each sheet is rotated by 180 degrees"}, GIVEN},
    {guess_first_for_all,
     {"first-for-all", "every image gets the answer of the first: the input is not moved on"},
     RESULT},
    {guess_all_into_first,
     {"all-into-first", "all images are written over the first: the output is not moved on"},
     RESULT},
    {guess_only_first, {"only-first", "only the first image is computed"}, RESULT},
    {guess_only_last, {"only-last", "only the last image is computed"}, RESULT},
};

static bool guess_fits(const Case *c, Slot slot, Guess *guess) {
    for (size_t i = 0; i < c->sent.array[slot].count; i++)
        if (!expected_agrees(&c->sent, c->got[slot][i], guess(c, slot, i))) return false;
    return true;
}

/* ------------------------------------------------------------------ factors, places ------ */

/* got = base + factor * (want - base) everywhere; NaN unless there is such a factor. */
static double factor_of(const Case *c, Slot slot) {
    double factor = (double)NAN, most = 0;
    for (size_t i = 0; i < c->sent.array[slot].count; i++) {
        double right = c->want[slot][i] - base(c, slot, i);
        if (!(fabs(right) > most)) continue;
        most = fabs(right);
        factor = (c->got[slot][i] - base(c, slot, i)) / right;
    }
    for (size_t i = 0; i < c->sent.array[slot].count; i++)
        if (!expected_agrees(&c->sent, c->got[slot][i], times(c, slot, i, factor)))
            return (double)NAN;
    return factor;
}

/* Whether an entry lies where a mistake of this kind shows. */
typedef bool AtPlace(const Array *a, size_t i);

static bool at_later_image(const Array *a, size_t i) {
    return i >= per_image(a);
}

static bool at_later_sheet(const Array *a, size_t i) {
    bool sheets = a->axes > 2 && strchr(a->axis, '|') == NULL;
    return sheets && index_along(a, i, 2) > 0;
}

static bool at_last_row(const Array *a, size_t i) {
    return a->axes > 2 && index_along(a, i, 1) + 1 == (size_t)a->extent[a->axes - 2];
}

static bool at_last_column(const Array *a, size_t i) {
    return a->axes > 2 && index_along(a, i, 0) + 1 == (size_t)a->extent[a->axes - 1];
}

static bool at_last_of_both(const Array *a, size_t i) {
    return at_last_row(a, i) || at_last_column(a, i);
}

static const struct {
    AtPlace *at_place;
    Cause cause;
} places[] = {
    {at_later_image, {"~later-images", "only the first image is right"}},
    {at_later_sheet, {"~later-sheets", "only the first channel is right"}},
    {at_last_row, {"~last-row", "only the last row is wrong: does a loop end too early?"}},
    {at_last_column, {"~last-column", "only the last column is wrong: does a loop end early?"}},
    {at_last_of_both,
     {"~last-row-and-column", "only the last row and column are wrong: do loops end too early?"}},
};

/* All wrong entries are at the place, and they are at least half of it. */
static bool place_fits(const Case *c, Slot slot, AtPlace *at_place) {
    const Array *a = &c->sent.array[slot];
    size_t size = 0, wrong = 0;
    for (size_t i = 0; i < a->count; i++) {
        bool there = at_place(a, i), bad = case_wrong(c, slot, i);
        if (bad && !there) return false;
        size += there;
        wrong += bad;
    }
    return 2 * wrong >= size;
}

/* NaN where a number belongs, in a function that has scratch; or a guard number. */
static bool any_got(const Case *c, Slot slot, bool nan) {
    for (size_t i = 0; i < c->sent.array[slot].count; i++) {
        double got = c->got[slot][i];
        if (nan ? isnan(got) && !isnan(c->want[slot][i]) : fabs(got) > 1e20 && !isinf(got))
            return true;
    }
    return false;
}

/* Whole numbers only, and fractions are wanted. */
static bool only_whole(const Case *c, Slot slot) {
    bool fractions = false;
    for (size_t i = 0; i < c->sent.array[slot].count; i++) {
        double got = c->got[slot][i], want = c->want[slot][i];
        if (isfinite(want) && !(isfinite(got) && got == floor(got))) return false;
        if (isfinite(want) && want != floor(want)) fractions = true;
    }
    return fractions;
}

/* ------------------------------------------------------------------ choosing ------------- */

/* A question about one case; every case must answer yes. */
typedef struct Question {
    enum { SUSPECT, GUESS, PLACE, NAN_IN, GUARD_IN, WHOLE } kind;
    int which;
} Question;

static bool answer(const Case *c, Slot slot, Question q) {
    bool wrong = c->wrong[slot] > 0;
    switch (q.kind) {
    case SUSPECT:
        return expected_fits(&c->sent, q.which, slot, c->got[slot]);
    case GUESS:
        return guess_fits(c, slot, guesses[q.which].guess);
    case PLACE:
        return place_fits(c, slot, places[q.which].at_place);
    case WHOLE:
        return !wrong || only_whole(c, slot);
    case NAN_IN:
        return !wrong || (c->sent.array[A_SCRATCH].present && any_got(c, slot, true));
    default:
        return !wrong || any_got(c, slot, false);
    }
}

static bool explains(const Case *cases, int count, Slot slot, Question q) {
    for (int k = 0; k < count; k++)
        if (case_compares(&cases[k], slot) && !answer(&cases[k], slot, q)) return false;
    return true;
}

/* The first case in which an array is wrong. */
static const Case *first_failing(const Case *cases, int count, Slot slot) {
    for (int k = 0; k < count; k++)
        if (case_compares(&cases[k], slot) && cases[k].wrong[slot] > 0) return &cases[k];
    return NULL;
}

/* Notes a cause that fits: two with different names are none. */
static void note(Cause *found, bool *clash, Cause cause) {
    if (found->text && strcmp(found->id, cause.id) != 0) *clash = true;
    if (!found->text) *found = cause;
}

/* Whether an array is right in all cases. */
static bool all_right(const Case *cases, int count, Slot slot) {
    int compared = 0;
    for (int k = 0; k < count; k++) {
        if (!case_compares(&cases[k], slot)) continue;
        if (cases[k].wrong[slot] > 0) return false;
        compared++;
    }
    return compared > 0;
}

/* Whether a mistake also leaves those arrays right that came out right. */
static bool spares_others(const Case *cases, int count, int suspect) {
    Question q = {SUSPECT, suspect};
    for (int s = 0; s < SLOTS; s++)
        if (all_right(cases, count, s) && !explains(cases, count, s, q)) return false;
    return true;
}

/* Mistakes of this function, made in all arrays; if there is none, made in this one only. */
static Cause by_suspects(const Case *cases, int count, Slot slot, bool *clash) {
    const Call *call = &first_failing(cases, count, slot)->sent;
    Cause found = {"-", NULL}, alone = {"-", NULL};
    bool alone_clash = false;
    for (int s = 0; s < expected_suspects(call); s++) {
        Suspect suspect = expected_suspect(call, s);
        Cause cause = {suspect.id, suspect.text};
        if (!explains(cases, count, slot, (Question){SUSPECT, s})) continue;
        if (spares_others(cases, count, s))
            note(&found, clash, cause);
        else
            note(&alone, &alone_clash, cause);
    }
    if (found.text) return found;
    *clash = alone_clash;
    return alone;
}

/* Mistakes that any array can show. */
static Cause by_guesses(const Case *cases, int count, Slot slot, bool *clash) {
    const Case *failing = first_failing(cases, count, slot);
    Cause found = {"-", NULL};
    for (size_t g = 0; g < sizeof guesses / sizeof *guesses; g++) {
        Role role = guesses[g].role;
        bool asked = role == GIVEN || role == failing->sent.array[slot].role;
        if (asked && explains(cases, count, slot, (Question){GUESS, (int)g}))
            note(&found, clash, guesses[g].cause);
    }
    return found;
}

/* One factor for all cases. */
static Cause by_factor(const Case *cases, int count, Slot slot) {
    static char text[80];
    double factor = (double)NAN;
    for (int k = 0; k < count; k++) {
        if (!case_compares(&cases[k], slot)) continue;
        double here = factor_of(&cases[k], slot);
        if (isnan(factor)) factor = here;
        if (!(fabs(here - factor) <= 1e-5 * fabs(factor))) return (Cause){"-", NULL};
    }
    if (isnan(factor)) return (Cause){"-", NULL};
    snprintf(text, sizeof text, "every entry is %.4g times the correct value", factor);
    return (Cause){"factor", text};
}

/* Whether a place is a part of the array in some wrong case: else the words would say nothing. */
static bool is_part(const Case *cases, int count, Slot slot, AtPlace *at_place) {
    for (int k = 0; k < count; k++) {
        const Array *a = &cases[k].sent.array[slot];
        if (!case_compares(&cases[k], slot) || cases[k].wrong[slot] == 0) continue;
        for (size_t i = 0; i < a->count; i++)
            if (!at_place(a, i)) return true;
    }
    return false;
}

/* The first place that holds all wrong entries. */
static Cause by_place(const Case *cases, int count, Slot slot) {
    for (size_t p = 0; p < sizeof places / sizeof *places; p++)
        if (explains(cases, count, slot, (Question){PLACE, (int)p}) &&
            is_part(cases, count, slot, places[p].at_place))
            return places[p].cause;
    return (Cause){"-", NULL};
}

Cause likely_cause(const Case *cases, int count, Slot slot) {
    bool clash = false;
    Cause cause = by_suspects(cases, count, slot, &clash);
    Cause guess = by_guesses(cases, count, slot, &clash);
    if (guess.text) note(&cause, &clash, guess);
    if (clash) return (Cause){"-", NULL};
    if (!cause.text && explains(cases, count, slot, (Question){NAN_IN, 0}))
        cause = (Cause){"scratch-read", "NaN: scratch is read before it is written"};
    if (!cause.text && explains(cases, count, slot, (Question){GUARD_IN, 0}))
        cause = (Cause){"reads-outside", "numbers are read that lie outside the arrays"};
    if (!cause.text && explains(cases, count, slot, (Question){WHOLE, 0}))
        cause = (Cause){"whole", "every number is whole: is one of the variables an int?"};
    if (!cause.text) cause = by_factor(cases, count, slot);
    return cause.text ? cause : by_place(cases, count, slot);
}
