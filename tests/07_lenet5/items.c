/*
 * The items of chapter 7 with points: the table, the loops, the trainer, the evaluation, and
 * digits.
 */
#include "support/item.h"

TestSuite(ch07_items, .timeout = 300);

ITEM(ch07_items, table, "07.1-table")
ITEM(ch07_items, table_1998, "07.1-original")
ITEM(ch07_items, network_forward, "07.2-loop")
ITEM(ch07_items, network_backward, "07.3-loop")
ITEM(ch07_items, micro_gradient, "07.4-gradient")
ITEM(ch07_items, trainer_steps, "07.5-steps")
ITEM(ch07_items, evaluate, "07.6-counts")
ITEM(ch07_items, digits, "07.7-digits")
