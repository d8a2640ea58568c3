/*
 * exp, log, sin and cos: as accurate as promised, and the same bits on every machine.
 */
#include "elementary.h"

#include "support/suite.h"

#include <math.h>
#include <string.h>

TestSuite(common_elementary, .timeout = 60);

/* Distance from the true value, in units in the last place of a double. */
static double units(double got, long double want) {
    double size = fabs((double)want);
    return (double)(fabsl((long double)got - want) / (long double)(nextafter(size, 1e300) - size));
}

static void expect_close(const char *name, double x, double got, long double want) {
    cr_assert(units(got, want) < 1, "%s(%.17g): got %.17g, want %.17Lg, %.2f units", name, x, got,
              want, units(got, want));
}

Test(common_elementary, within_one_unit,
     .description = "against the library's long double, near 0, near 1, and far out") {
    Rng rng = rng_seed(1, 0);
    for (int i = 0; i < 200000; i++) {
        double near = rng_uniform(&rng, -2, 2), far = rng_uniform(&rng, -708, 709);
        double x = i % 2 ? near : far, angle = i % 2 ? 4 * near : 141 * far;
        double y = i % 2 ? 1 + near / 4 : exp(far);
        expect_close("exp", x, our_exp(x), expl((long double)x));
        expect_close("log", y, our_log(y), logl((long double)y));
        expect_close("sin", angle, our_sin(angle), sinl((long double)angle));
        expect_close("cos", angle, our_cos(angle), cosl((long double)angle));
    }
}

Test(common_elementary, ends_of_the_range, .description = "0, 1, infinity, NaN, overflow") {
    const double infinity = (double)INFINITY, nan = (double)NAN;
    cr_expect(our_exp(0) == 1 && our_log(1) == 0 && our_sin(0) == 0 && our_cos(0) == 1);
    cr_expect(our_exp(infinity) == infinity && our_exp(710) == infinity);
    cr_expect(our_exp(709.78) < infinity && our_exp(-745.13) > 0 && our_exp(-746) == 0);
    cr_expect(our_exp(-infinity) == 0 && our_log(infinity) == infinity);
    cr_expect(our_log(0) == -infinity && isnan(our_log(-1)) && isnan(our_log(-infinity)));
    cr_expect(our_log(5e-324) < -744.4 && our_log(5e-324) > -744.5, "of the smallest number");
    cr_expect(isnan(our_exp(nan)) && isnan(our_log(nan)));
    cr_expect(isnan(our_sin(nan)) && isnan(our_cos(nan)));
    cr_expect(our_power(0, 3) == 0 && our_power(1, 1e5) == 1);
    cr_expect(fabs(our_power(0.999, 1000) - pow(0.999, 1000)) < 1e-15);
}

static void far_angle(void) {
    our_cos(1e6);
}

Test(common_elementary, no_far_angles, .description = "beyond 100000 the reduction is not exact") {
    expect_contract(far_angle, "sine or cosine of 1e+06, beyond 100000");
}

/* Continues a checksum (FNV-1a) with the bits of a number. */
static uint64_t continued(uint64_t sum, double value) {
    uint8_t byte[sizeof value];
    memcpy(byte, &value, sizeof value);
    for (size_t k = 0; k < sizeof byte; k++)
        sum = (sum ^ byte[k]) * 0x100000001b3;
    return sum;
}

Test(common_elementary, same_bits, .description = "a checksum of 40,000 results, everywhere") {
    uint64_t sum = 0xcbf29ce484222325;
    for (int i = 1; i <= 10000; i++) {
        double x = (i - 5000) / 128.0;
        sum = continued(sum, our_exp(x));
        sum = continued(sum, our_log(i / 128.0));
        sum = continued(sum, our_sin(x));
        sum = continued(sum, our_cos(x));
    }
    cr_expect(sum == 0x46cc5dd1bce542ea, "%016llx", (unsigned long long)sum);
}
