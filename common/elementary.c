/*
 * exp, log, sin, cos: the argument is brought near 0, where a short polynomial is as good as the
 * function, and the result is put together again. The constants are log 2 and pi/2 in two and three
 * pieces: the first ones end with zeros, so that a whole number times such a piece is exact.
 */
#include "elementary.h"

#include "fail.h"

#include <math.h>
#include <stddef.h>

static const double log2_high = 0x1.62e42feep-1, log2_low = 0x1.a39ef35793c76p-33;
static const double half_pi[3] = {0x1.921fb544p+0, 0x1.0b4611a6p-34, 0x1.3198a2e037073p-69};

/* The whole number nearest to x, for |x| below 2^31. */
static int nearest(double x) {
    return (int)(x < 0 ? x - 0.5 : x + 0.5);
}

/* c[0] + x c[1] + x^2 c[2] + ..., from the last term on (Horner). */
static double polynomial(double x, size_t count, const double *c) {
    double sum = c[count - 1];
    for (size_t i = count - 1; i-- > 0;)
        sum = c[i] + x * sum;
    return sum;
}

/* ------------------------------------------------------------------ exp ------------------ */

/* e^r = 1 + r + r^2 (1/2! + r/3! + r^2/4! + ...); |r| <= log(2)/2, so the next term is 4e-18. */
static const double exp_terms[] = {
    1.0 / 2,     1.0 / 6,      1.0 / 24,      1.0 / 120,      1.0 / 720,       1.0 / 5040,
    1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800,
};

double our_exp(double x) {
    if (isnan(x)) return x;
    if (x > 709.79) return (double)INFINITY;
    if (x < -745.14) return 0;
    /* x = k log 2 + r, so e^x = 2^k e^r */
    int k = nearest(x / 0x1.62e42fefa39efp-1);
    double high = x - k * log2_high, low = k * log2_low, r = high - low;
    double lost = (high - r) - low; /* by rounding r */
    double q = r * r * polynomial(r, sizeof exp_terms / sizeof *exp_terms, exp_terms);
    return ldexp(1 + (r + (q + lost)), k);
}

/* ------------------------------------------------------------------ log ------------------ */

/* log((1+s)/(1-s)) = 2 s + s (2/3 s^2 + 2/5 s^4 + ...); s^2 <= 0.0295: the next term is 2e-18. */
static const double log_terms[] = {
    2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9, 2.0 / 11, 2.0 / 13, 2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21,
};

double our_log(double x) {
    if (isnan(x) || x < 0) return (double)NAN;
    if (x == 0) return -(double)INFINITY;
    if (isinf(x)) return x;
    /* x = 2^k (1+f), with 1+f between sqrt(1/2) and sqrt(2) */
    int k;
    double m = frexp(x, &k);
    if (m < 0x1.6a09e667f3bcdp-1) {
        m *= 2;
        k--;
    }
    double f = m - 1;
    /* with s = f/(2+f), 1+f = (1+s)/(1-s) and 2 s = f - s f = f - (f^2/2 - s f^2/2) */
    double s = f / (2 + f), z = s * s, half = f * f / 2;
    double rest = z * polynomial(z, sizeof log_terms / sizeof *log_terms, log_terms);
    return k * log2_high - ((half - (s * (half + rest) + k * log2_low)) - f);
}

/* ------------------------------------------------------------------ sin, cos ------------- */

/* An angle within pi/4 of 0: r + low, and the quarter turns that were taken away. */
typedef struct Angle {
    double r, low;
    int quarter; /* 0 .. 3 */
} Angle;

static Angle reduce(double x) {
    contract(fabs(x) <= 100000, "sine or cosine of %g, beyond 100000", x);
    int n = nearest(x / 0x1.921fb54442d18p+0);
    double a = x - n * half_pi[0], b = n * half_pi[1], high = a - b;
    double lost = (a - high) - b; /* by rounding high */
    double c = n * half_pi[2] - lost, r = high - c;
    return (Angle){r, (high - r) - c, n & 3};
}

/* sin r = r + r^3 (-1/3! + r^2/5! - ...), cos r = 1 - r^2/2 + r^4 (1/4! - r^2/6! + ...). */
static const double sin_terms[] = {
    -1.0 / 6,        1.0 / 120,        -1.0 / 5040,          1.0 / 362880,
    -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000,
};
static const double cos_terms[] = {
    1.0 / 24,        -1.0 / 720,         1.0 / 40320,          -1.0 / 3628800,
    1.0 / 479001600, -1.0 / 87178291200, 1.0 / 20922789888000, -1.0 / 6402373705728000,
};

/* sin(r + low) = sin r + low cos r */
static double sin_near_0(double r, double low) {
    double z = r * r;
    double p = polynomial(z, sizeof sin_terms / sizeof *sin_terms, sin_terms);
    return r + (z * r * p + low * (1 - z / 2));
}

/* cos(r + low) = cos r - low sin r; `one` is 1 - z/2 rounded, and the rounding is added again */
static double cos_near_0(double r, double low) {
    double z = r * r, one = 1 - z / 2;
    double p = polynomial(z, sizeof cos_terms / sizeof *cos_terms, cos_terms);
    return one + (((1 - one) - z / 2) + (z * z * p - r * low));
}

/* sin(x + quarter pi/2) */
static double sin_of(Angle x) {
    double value = x.quarter % 2 ? cos_near_0(x.r, x.low) : sin_near_0(x.r, x.low);
    return x.quarter >= 2 ? -value : value;
}

double our_sin(double x) {
    if (isnan(x)) return x;
    return sin_of(reduce(x));
}

double our_cos(double x) {
    if (isnan(x)) return x;
    Angle angle = reduce(x);
    angle.quarter = (angle.quarter + 1) & 3; /* cos x = sin(x + pi/2) */
    return sin_of(angle);
}

/* ------------------------------------------------------------------ powers --------------- */

double our_power(double base, double n) {
    return our_exp(n * our_log(base));
}
