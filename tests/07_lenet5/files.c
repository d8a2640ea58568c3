/*
 * The files of a run and its streams: nothing is replaced that is not of the same kind, a bit that
 * fell over is noticed, a reader that leaves or a hostile name does no harm.
 */
#include "program.h"
#include "reading.h"

#include <string.h>

TestSuite(ch07_files, .init = whole_network, .timeout = 120);

#define RUN "train --data . --epochs 1 --batch 50 --threads 1 --evaluate end"

/* It must end with this code and one line that says so. */
static void expect_line(Ran ran, const char *command, int code, const char *says) {
    const char *end = strchr(ran.err, '\n');
    cr_expect(ran.code == code && strstr(ran.err, says) && end && end[1] == '\0',
              "%s: exit code %d: %s", command, ran.code, ran.err);
}

/* An output, or a file that it makes on its way, is another file of the run. */
Test(ch07_files, on_the_way, .description = "FILE.unfinished and FILE.lock count too") {
    static const char *const flags[] = {
        "--checkpoint c --log c.lock",          "--save s --log s.unfinished",
        "--save s.unfinished --checkpoint s",   "--checkpoint c --save c.lock",
        "--load old --save new --log old.lock", "--log link --save there",
        "--save to-new --log new.unfinished",
    };
    const char *dir = small_set();
    command_in(dir, "ln -s there link; ln -s new to-new");
    for (size_t k = 0; k < sizeof flags / sizeof *flags; k++) {
        Ran ran = lenet5_in(dir, RUN " %s", flags[k]);
        cr_expect(ran.code != 0, "%s: done", flags[k]);
        cr_expect(!exists(in(dir, "s")) && !exists(in(dir, "c")) && !exists(in(dir, "there")),
                  "%s: written", flags[k]);
    }
}

Test(ch07_files, of_the_same_kind, .description = "parameters replace parameters only") {
    static const struct {
        const char *flags, *says;
    } bad[] = {
        {"--save text", "text: exists and is not a file of parameters"},
        {"--save c", "c: exists and is not a file of parameters"},
        {"--checkpoint s", "s: exists and is not a checkpoint"},
        {"--checkpoint text", "text: exists and is not a checkpoint"},
        {"--save t", "t.unfinished: exists and is not ours"},
    };
    const char *dir = small_set();
    lenet5_ok(dir, RUN " --save s --checkpoint c");
    command_in(dir, "echo precious > text; echo precious > t.unfinished; : > empty");
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
        expect_line(lenet5_in(dir, RUN " %s", bad[k].flags), bad[k].flags, 1, bad[k].says);
    cr_expect_str_eq(read_file(in(dir, "text"), NULL), "precious\n");
    cr_expect_str_eq(read_file(in(dir, "t.unfinished"), NULL), "precious\n");
    lenet5_ok(dir, RUN " --save s --checkpoint c");
    lenet5_ok(dir, RUN " --save empty");
}

/* One bit in numbers, names, metadata; two numbers that changed places. */
Test(ch07_files, damaged, .description = "saved parameters have a checksum") {
    const char *dir = small_set();
    size_t bytes;
    lenet5_ok(dir, RUN " --save s");
    char *file = read_file(in(dir, "s"), &bytes);
    for (size_t k = 0; k < 60; k++) {
        /* half of them in the header, which is a 200th of the file */
        size_t at = k % 2 ? 8 + k * 19 : bytes - 1 - k * (bytes / 70);
        file[at] ^= (char)(1 << k % 7);
        write_file(in(dir, "flipped"), file, bytes);
        Ran ran = lenet5_in(dir, "test --data . --load flipped");
        cr_expect(ran.code == 1, "bit %zu of byte %zu: exit code %d", k % 7, at, ran.code);
        file[at] ^= (char)(1 << k % 7);
    }
    char number[4];
    memcpy(number, file + bytes - 8, 4);
    memmove(file + bytes - 8, file + bytes - 4, 4);
    memcpy(file + bytes - 4, number, 4);
    write_file(in(dir, "swapped"), file, bytes);
    expect_line(lenet5_in(dir, "test --data . --load swapped"), "swapped", 1,
                "damaged or edited: its checksum is crc:");
}

/* Closed by the caller, or by a reader that leaves. */
Test(ch07_files, streams, .description = "closed streams, pipes: one line and a code") {
    const char *dir = small_set(), *run = textf("%s " RUN, program_path());
    Ran ran = command_in(dir, "%s --log l >&-", run);
    expect_line(ran, "stdout is closed", 1, "cannot write to stdout");
    ran = command_in(dir, "%s --log m --save s 2>&- < /dev/null", run);
    cr_expect(ran.code == 0 && !exists(in(dir, "l")), "%d", ran.code);
    cr_expect(strncmp(read_file(in(dir, "m"), NULL), "iteration\t", 10) == 0);
    ran = command_in(dir, "{ sleep 1; %s; echo $? > code; } | :", run);
    cr_expect(strstr(ran.err, "cannot write to stdout: Broken pipe"), "%s", ran.err);
    cr_expect_str_eq(read_file(in(dir, "code"), NULL), "1\n");
    ran = command_in(dir, "mkfifo log; timeout 60 %s --log log", run);
    expect_line(ran, "a pipe without a reader", 1, "log: cannot write the log: nothing reads");
    ran = command_in(dir,
                     "head -c 10 log > head & sleep 1; timeout 300 %s train --data . --epochs 40 "
                     "--batch 50 --log log --save late",
                     program_path());
    cr_expect(exists(in(dir, "late")), "a network was lost");
    expect_line(ran, "a reader that leaves", 1, "log: the log is incomplete");
}

Test(ch07_files, names, .description = "no name reaches a terminal as it is") {
    const char *dir = small_set();
    lenet5_ok(dir, RUN " --save s");
    command_in(dir, "cp s \"$(printf 'a\\033[31m\\nb')\"");
    Ran ran = command_in(dir, "%s predict --load s a*b", program_path());
    expect_line(ran, "a name with an escape sequence and a line end", 1, "error: a?[31m?b: ");
    ran =
        command_in(dir, "%s " RUN " --save \"$(printf 'x\\033[31m\\302\\233y')\"", program_path());
    cr_expect(ran.code == 0 && strstr(ran.out, "\nsaved x?[31m??y\n"), "%s", ran.out);
    cr_expect(!strchr(ran.out, '\033') && !strchr(ran.err, '\033'), "%s", ran.out);
}

/* Half blocks are characters that only UTF-8 has. */
Test(ch07_files, characters, .description = "a terminal gets characters that it knows") {
    static const char *const charsets[] = {"C", "C.UTF-8"};
    const char *dir = small_set();
    lenet5_ok(dir, RUN " --save s");
    for (int k = 0; k < 2; k++) {
        Ran ran = command_in(dir,
                             "export P=%s; LC_ALL=%s TERM=xterm NO_COLOR= script -qec "
                             "'\"$P\" test --data . --load s --image 0' /dev/null",
                             program_path(), charsets[k]);
        cr_expect(ran.code == 0 && !!strstr(ran.out, "\u2580") == k, "%s: %s", charsets[k],
                  ran.out);
    }
}

/* OpenBLAS would wait forever for memory. */
Test(ch07_files, addresses, .description = "a small address space is one line") {
#if !defined(__SANITIZE_ADDRESS__)
    static const int kilobytes[] = {100000, 270000}; /* it hung at the start, in a product */
    for (int k = 0; k < 2; k++) {
        Ran ran = command_in(small_set(), "ulimit -v %d; timeout -s KILL 60 %s " RUN, kilobytes[k],
                             program_path());
        expect_line(ran, "ulimit -v", 1, "too little address space (ulimit -v)");
    }
#endif
}
