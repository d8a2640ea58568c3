/*
 * The network runs on the chapters' functions: copies of the tree, changed as a student's would be,
 * built with the project's own Makefile. Run through `make test`, which hands its variables on
 * (CC=clang, SANITIZE=1).
 */
#include "program.h"
#include "reading.h"

#include <dirent.h>
#include <string.h>

TestSuite(ch07_student, .init = whole_network, .timeout = 300);

/* A copy of the tree with all that is compiled already, so that only changed files are built. */
static const char *copy_of_tree(void) {
    const char *dir = folder();
    Ran ran = command_in(".",
                         "mkdir -p %s/built && "
                         "cp -a Makefile CITATION.cff common chapters tests plots docs %s && "
                         "cp -a " BUILD "/float " BUILD "/flags %s/built && "
                         "find %s/built -name '*.d' -exec sed -i 's|" BUILD "/|built/|g' {} +",
                         dir, dir, dir, dir);
    cr_assert(ran.code == 0, "cannot copy the tree: %s", ran.err);
    return dir;
}

static void build(const char *dir) {
    Ran ran = command_in(dir, "make -s B=built built/07_lenet5");
    cr_assert(ran.code == 0, "the changed tree does not build: %s%s", ran.out, ran.err);
}

/* Copies a source without the bodies of its void functions: from their { to the } of that
   column. */
static void empty_functions(const char *path) {
    size_t bytes;
    char *source = read_file(path, &bytes), *emptied = kept(bytes + 1);
    bool named = false, within = false;
    int count = 0;
    for (char *line = strtok(source, "\n"); line; line = strtok(NULL, "\n")) {
        if (strncmp(line, "void ", 5) == 0 || strncmp(line, "static void ", 12) == 0) named = true;
        if (strcmp(line, "}") == 0) within = false;
        if (!within) {
            strcat(emptied, line);
            strcat(emptied, "\n");
        }
        size_t length = strlen(line);
        if (line[length - 1] == ';') named = false; /* a declaration */
        if (!named || line[length - 1] != '{') continue;
        named = false;
        within = true;
        count++;
    }
    cr_assert(count > 0, "%s has no functions to empty", path);
    write_file(path, emptied, strlen(emptied));
}

/* Empties the functions that a chapter teaches; its faster folder stays as it is. */
static void empty_chapter(const char *dir, const char *chapter) {
    const char *path = textf("%s/chapters/%s", dir, chapter);
    DIR *entries = opendir(path);
    cr_assert(entries != NULL, "there is no %s", path);
    for (struct dirent *e = readdir(entries); e; e = readdir(entries)) {
        const char *dot = strrchr(e->d_name, '.');
        if (!dot || strcmp(dot, ".c") != 0) continue;
        if (strcmp(e->d_name, "main.c") == 0) continue;
        empty_functions(in(path, e->d_name));
    }
    closedir(entries);
}

/* The accuracy after a short run; 0 when it diverges. */
static double accuracy(const char *dir, const char *kernels) {
    const char *program = textf("%s/built/07_lenet5", dir);
    Ran ran = command_in(".",
                         "%s train --data %s --kernels %s --epochs 5 --batch 10 --threads 1 "
                         "--evaluate end",
                         program, small_set(), kernels);
    if (ran.code != 0 && strstr(ran.err, "training has diverged")) return 0;
    cr_assert(ran.code == 0, "%s", ran.err);
    return number_after(ran.out, "test_accuracy=");
}

Test(ch07_student, the_textbook_is_what_runs,
     .description = "with a chapter's functions emptied, textbook does not train") {
    static const char *const chapters[] = {"01_im2col", "02_conv",       "03_pool",
                                           "04_affine", "05_softmax_ce", "06_optimizers"};
    const char *dir = copy_of_tree();
    build(dir);
    double whole = accuracy(dir, "textbook");
    cr_expect(0.6 < whole, "the whole tree: accuracy %g", whole);
    for (int k = 0; k < 6; k++) {
        empty_chapter(dir, chapters[k]);
        build(dir);
        double chance = accuracy(dir, "textbook");
        cr_expect(chance < 0.25, "without %s: accuracy %g", chapters[k], chance);
        /* with the time of now, so that it is compiled again */
        command_in(".", "cp chapters/%s/*.c %s/chapters/%s", chapters[k], dir, chapters[k]);
    }
    build(dir);
    double again = accuracy(dir, "textbook");
    cr_expect(again == whole, "the tree is not whole again: accuracy %g, at first %g", again,
              whole);
}

Test(ch07_student, without_faster_kernels,
     .description = "without their folders the program builds, and fast is textbook") {
    const char *dir = copy_of_tree();
    command_in(dir, "rm -rf chapters/02_conv/direct chapters/03_pool/rows chapters/04_affine/tiles "
                    "chapters/04_affine/rational chapters/07_lenet5/fast");
    build(dir);
    const char *data = small_set(), *program = textf("%s/built/07_lenet5", dir);
    static const char *const kernels[2] = {"fast", "textbook"};
    for (int k = 0; k < 2; k++) {
        Ran ran = command_in(".", "%s train --data %s --kernels %s --epochs 1 --save %s/%s",
                             program, data, kernels[k], data, kernels[k]);
        cr_assert(ran.code == 0, "%s", ran.err);
        cr_expect(strstr(ran.out, ", textbook kernels\n") != NULL, "%s", ran.out);
        cr_expect_str_eq(saved_as(in(data, kernels[k]), "kernels"), "textbook");
    }
    cr_expect(same_bytes(in(data, "fast"), in(data, "textbook")), "fast is not textbook");
}
