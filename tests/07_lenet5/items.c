/*
 * What chapter 7 gives points for: the table, the loops, the trainer, the evaluation, and digits.
 */
#include "support/item.h"

TestSuite(ch07_a_items, .timeout = 300);

ITEM(ch07_a_items, i11_table, "07.1-table")
ITEM(ch07_a_items, i12_original, "07.1-original")
ITEM(ch07_a_items, i21_loop, "07.2-loop")
ITEM(ch07_a_items, i31_loop, "07.3-loop")
ITEM(ch07_a_items, i41_gradient, "07.4-gradient")
ITEM(ch07_a_items, i51_steps, "07.5-steps")
ITEM(ch07_a_items, i61_counts, "07.6-counts")
ITEM(ch07_a_items, i71_digits, "07.7-digits")
