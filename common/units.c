/* The compiler's assumptions about the processor, as data; see processor.h. */
#include "processor.h"

const int units_built_for = 0
#ifdef __AVX__
                            | UNIT_AVX
#endif
#ifdef __AVX2__
                            | UNIT_AVX2
#endif
#ifdef __FMA__
                            | UNIT_FMA
#endif
#ifdef __BMI2__
                            | UNIT_BMI2
#endif
#ifdef __AVX512F__
                            | UNIT_AVX512
#endif
#ifdef __ARM_FEATURE_SVE
                            | UNIT_SVE
#endif
#ifdef __ARM_FEATURE_ATOMICS
                            | UNIT_LSE
#endif
    ;
