/*
 * Files that are there as a whole or not at all.
 */
#include "file.h"
#include "../check.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(common_file, .timeout = 60);

Test(common_file, gets_its_name_when_it_is_complete) {
    const char *dir = folder();
    Output table;
    Error error;
    cr_assert(output_open_in(&table, dir, "a.tsv", &error), "%s", error.text);
    fputs("x\ty\n1\t2\n", table.stream);
    cr_expect(access(in(dir, "a.tsv"), F_OK) != 0, "a half-written table has its name already");
    cr_assert(output_commit(&table, &error), "%s", error.text);
    cr_expect_str_eq(read_file(in(dir, "a.tsv"), NULL), "x\ty\n1\t2\n");
    cr_expect_str_eq(listing(dir), "a.tsv", "the temporary is still there");
    cr_assert(output_open(&table, in(dir, "a.tsv"), &error), "%s", error.text);
    output_discard(&table);
    cr_expect_str_eq(listing(dir), "a.tsv", "the discarded temporary is still there");
}

Test(common_file, refuses) {
    const char *dir = folder();
    Output table;
    Error error;
    expect_error(output_open_in(&table, in(dir, "absent"), "a.tsv", &error), &error,
                 "absent/a.tsv: cannot save there: No such file");
    char endless[400] = "";
    memset(endless, 'a', sizeof endless - 1);
    expect_error(output_open_in(&table, dir, endless, &error), &error, "too long");
    /* A folder appears where the table should go: nothing may be left. */
    cr_assert(output_open_in(&table, dir, "b.tsv", &error));
    cr_assert(mkdir(in(dir, "b.tsv"), 0777) == 0);
    expect_error(output_commit(&table, &error), &error, "b.tsv: cannot save: Is a directory");
    cr_expect_str_eq(listing(dir), "b.tsv", "half a table was left behind");
    expect_error(output_open_in(&table, dir, "b.tsv", &error), &error, "not a regular file");
    /* What is not a file stays what it is. */
    cr_assert(rmdir(in(dir, "b.tsv")) == 0 && mkfifo(in(dir, "pipe"), 0666) == 0);
    expect_error(output_open_in(&table, dir, "pipe", &error), &error, "not a regular file");
    cr_expect_str_eq(listing(dir), "pipe");
}
