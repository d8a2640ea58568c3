/*
 * Files that are there as a whole or not at all; locks.
 */
#include "file.h"
#include "support/suite.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(common_file, .init = limited, .timeout = 60);

static void save(const char *path, const char *content) {
    Output output;
    Error error;
    cr_assert(output_open(&output, path, &error), "%s", error.text);
    fputs(content, output.stream);
    cr_assert(output_commit(&output, &error), "%s", error.text);
}

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

/* Asked before a long run; the answer leaves nothing behind. */
Test(common_file, says_whether_it_could_be_written) {
    const char *outer = folder(), *dir = in(outer, "inner");
    Error error;
    cr_assert(mkdir(dir, 0777) == 0);
    expect_error(output_possible(in(dir, "no/a"), &error), &error, "No such file");
    expect_error(output_possible(dir, &error), &error, "not a regular file");
    expect_error(output_possible(in(dir, "new/"), &error), &error, "cannot save there");
    /* a legal name, but not with .unfinished after it */
    expect_error(output_possible(textf("%s/%0250d", dir, 0), &error), &error, "too long");
    cr_expect(output_possible(in(dir, "a"), &error), "%s", error.text);
    cr_expect_str_eq(listing(dir), "", "a file was left in the folder");
    cr_expect_str_eq(listing(outer), "inner", "a file was left next to it");
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
    /* Anything but a regular file is left alone. */
    cr_assert(rmdir(in(dir, "b.tsv")) == 0 && mkfifo(in(dir, "pipe"), 0666) == 0);
    expect_error(output_open_in(&table, dir, "pipe", &error), &error, "not a regular file");
    cr_expect_str_eq(listing(dir), "pipe");
    /* nor is the temporary anything else */
    cr_assert(rename(in(dir, "pipe"), in(dir, "c.unfinished")) == 0);
    expect_error(output_open_in(&table, dir, "c", &error), &error, "c: cannot save there: ");
    cr_expect_str_eq(listing(dir), "c.unfinished");
}

Test(common_file, follows_links_and_keeps_permissions) {
    const char *dir = folder();
    struct stat info;
    Output output;
    Error error;
    write_file(in(dir, "real"), "old", 3);
    cr_assert(chmod(in(dir, "real"), 0640) == 0 && symlink("real", in(dir, "link")) == 0);
    save(in(dir, "link"), "new");
    cr_assert(lstat(in(dir, "link"), &info) == 0);
    cr_expect(S_ISLNK(info.st_mode), "the link became a file");
    cr_assert(stat(in(dir, "real"), &info) == 0);
    cr_expect((info.st_mode & 0777) == 0640, "mode %o", (unsigned)info.st_mode & 0777);
    cr_expect_str_eq(read_file(in(dir, "real"), NULL), "new");
    cr_expect_str_eq(listing(dir), "link real");
    cr_assert(symlink("nothing", in(dir, "dangling")) == 0);
    expect_error(output_open_in(&output, dir, "dangling", &error), &error, "leads nowhere");
}

/* A killed process's leftovers are used up, longer than the new content or not. */
Test(common_file, reuses_what_a_killed_program_left) {
    const char *dir = folder();
    write_file(in(dir, "a.unfinished"), "half of something long", 22);
    save(in(dir, "a"), "new");
    cr_expect_str_eq(read_file(in(dir, "a"), NULL), "new");
    cr_expect_str_eq(listing(dir), "a");
}

/* The system's own words when the disk is full, and nothing left behind. */
Test(common_file, names_the_cause) {
    const char *dir = folder();
    const struct rlimit limit = {1000, 1000};
    Output output;
    Error error;
    write_file(in(dir, "a"), "old", 3);
    signal(SIGXFSZ, SIG_IGN);
    cr_assert(output_open_in(&output, dir, "a", &error), "%s", error.text);
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    for (int i = 0; i < 100000; i++) /* far more than a stream holds back */
        fputc('x', output.stream);
    expect_error(output_commit(&output, &error), &error, "a: cannot save: File too large");
    cr_expect_str_eq(read_file(in(dir, "a"), NULL), "old");
    cr_expect_str_eq(listing(dir), "a");
}

Test(common_file, same_file) {
    const char *dir = folder();
    write_file(in(dir, "a"), "", 0);
    write_file(in(dir, "b"), "", 0);
    cr_assert(symlink("a", in(dir, "link")) == 0 && symlink(".", in(dir, "here")) == 0);
    cr_expect(file_same(in(dir, "a"), in(dir, "link")), "a link");
    cr_expect(file_same(in(dir, "a"), in(dir, "./here/a")), "another way");
    cr_expect(!file_same(in(dir, "a"), in(dir, "b")), "two files");
    cr_expect(file_same(in(dir, "new"), in(dir, "here/new")), "not there yet");
    cr_expect(!file_same(in(dir, "new"), in(dir, "newer")), "two new files");
    cr_expect(!file_same(in(dir, "new"), in(dir, "a")), "one is there");
    cr_expect(!file_same(in(dir, "no/x"), in(dir, "no/x")), "in no folder");
    cr_expect(file_same("x", "./x") && file_same("/x", "/./x") && !file_same("/x", "x"));
}

/* ------------------------------------------------------------------ two processes -------- */

/* Does an action succeed in another process? */
static bool elsewhere(bool (*act)(const char *path), const char *path) {
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) _exit(act(path) ? 0 : 1);
    cr_assert(waitpid(child, &status, 0) == child && WIFEXITED(status), "it crashed");
    return WEXITSTATUS(status) == 0;
}

static bool may_lock(const char *path) {
    Lock lock;
    Error error;
    bool ok = lock_take(&lock, path, &error);
    if (ok) lock_release(&lock);
    return ok || !strstr(error.text, textf("another run (process %ld)", (long)getppid()));
}

/* The lock is file 0, where the program was started without stdin. */
static bool unlocks_without_stdin(const char *path) {
    Lock lock;
    Error error;
    close(STDIN_FILENO);
    bool ok = lock_take(&lock, path, &error) && lock.file == STDIN_FILENO;
    lock_release(&lock);
    return ok && access(textf("%s.lock", path), F_OK) != 0;
}

static bool may_write(const char *path) {
    Output output;
    Error error;
    bool ok = output_open(&output, path, &error);
    if (ok) output_discard(&output);
    return ok || !strstr(error.text, "another program is writing it");
}

Test(common_file, one_process_at_a_time) {
    const char *dir = folder(), *path = in(dir, "a"), *open = listing("/dev/fd");
    Output output;
    Lock lock;
    Error error;
    cr_assert(lock_take(&lock, path, &error), "%s", error.text);
    cr_expect(!elsewhere(may_lock, path), "two have the lock");
    cr_expect(elsewhere(may_lock, in(dir, "b")), "another file is locked");
    lock_release(&lock);
    cr_expect(elsewhere(may_lock, path), "it stays locked");
    cr_assert(output_open(&output, path, &error), "%s", error.text);
    cr_expect(!elsewhere(may_write, path), "two write one file");
    fputs("mine", output.stream);
    cr_assert(output_commit(&output, &error), "%s", error.text);
    cr_expect_str_eq(read_file(path, NULL), "mine");
    cr_expect(elsewhere(may_write, path), "it is still being written");
    cr_expect_str_eq(listing(dir), "a");
    cr_expect(elsewhere(unlocks_without_stdin, path), "without stdin it stays locked");
    /* a dead process's lock file locks nothing */
    write_file(in(dir, "a.lock"), "", 0);
    cr_expect(elsewhere(may_lock, path), "a lock outlives its process");
    cr_expect_str_eq(listing(dir), "a");
    expect_error(lock_take(&lock, in(dir, "no/a"), &error), &error, "No such file");
    expect_error(lock_take(&lock, dir, &error), &error, "cannot save there: not a regular file");
    write_file(in(dir, "b.lock"), "mine", 4);
    expect_error(lock_take(&lock, in(dir, "b"), &error), &error, "is not our lock file");
    cr_expect_str_eq(read_file(in(dir, "b.lock"), NULL), "mine");
    /* a link is the same file */
    cr_assert(symlink("a", in(dir, "link")) == 0 && lock_take(&lock, path, &error));
    cr_expect(!elsewhere(may_lock, in(dir, "link")), "two have the lock, one through a link");
    lock_release(&lock);
    cr_expect_str_eq(listing("/dev/fd"), open, "something stays open");
}
