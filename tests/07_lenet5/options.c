/*
 * The command line: its refusals, and their words.
 */
#include "07_lenet5/workbench/checkpoint.h"
#include "07_lenet5/workbench/recipe.h"
#include "program.h"
#include "reading.h"
#include "support.h"

#include <string.h>

TestSuite(ch07_options, .init = whole_network, .timeout = 120);

/* Every one of these is one line on stderr, "error: ...". */
static const struct {
    int code;
    const char *arguments, *says;
} bad[] = {
    /* commands */
    {2, "teach", "unknown command teach: train, test, predict, tables or info?"},
    {2, "test", "test needs --load FILE"},
    {2, "predict x.png", "predict needs --load FILE"},
    {2, "predict --load x", "at least one image"},
    {2, "tables --load x", "tables needs --load FILE, the parameters, and --dir DIR"},
    {2, "tables --dir x", "tables needs --load FILE"},
    {2, "train now", "unexpected argument now"},
    /* flags */
    {2, "train --bogus 3", "unknown flag --bogus"},
    {2, "train -x", "unknown flag -x"},
    {2, "train --log", "--log needs a value"},
    {2, "train --save ''", "--save needs a value"},
    {2, "predict --json=1", "--json takes no value"},
    {2, "train --shift 1", "--shift is a setting without a flag: use --set shift=VALUE"},
    /* flags of other commands */
    {2, "test --load x --validate 100", "--validate is for train, not for test"},
    {2, "test --load x --epochs 3", "--epochs is for train info, not for test"},
    {2, "train --dir x", "--dir is for test tables, not for train"},
    {2, "predict --load x --data y z", "--data is for train test tables info, not for predict"},
    {2, "info --log x", "--log is for train, not for info"},
    {2, "train --json", "--json is for predict, not for train"},
    /* numbers */
    {2, "train --batch 0", "batch 0: expected a whole number from 1"},
    {2, "train --batch 5x", "batch 5x"},
    {2, "train --batch 2.5", "batch 2.5: expected a whole number"},
    {2, "train --data . --batch 301", "batch 301: only 300 training images"},
    {2, "train --epochs -1", "epochs -1"},
    {2, "train --epochs 99999999999999999999", "epochs 99999999999999999999"},
    {2, "train --lr nan", "lr nan: expected a number from 1e-30"},
    {2, "train --lr 0", "lr 0"},
    {2, "train --lr=-0.1", "lr -0.1"},
    {2, "train --threads 257", "--threads 257: expected a whole number from 1 to 256\n"},
    {2, "train --threads 0", "--threads 0: expected a whole number"},
    {2, "train --seed -1", "expected a whole number from 0 to 18446744073709551615\n"},
    {2, "train --seed 18446744073709551616", "--seed 18446744073709551616: expected"},
    {2, "train --seed +1", "--seed +1: expected a whole number"},
    {2, "train --seed 1x", "--seed 1x: expected a whole number"},
    {2, "train --seed x", "--seed x: expected a whole number"},
    {2, "train --probe 0", "--probe 0: expected a whole number from 1 to 1000000\n"},
    {2, "train --validate 0", "--validate 0: expected a whole number from 1 to 1000000\n"},
    {2, "info --image -1", "--image -1: expected a whole number from 0 to 1000000\n"},
    {2, "train --data . --validate 300", "--validate 300: only 300 training images"},
    {2, "test --data . --load params --image 200", "--image 200: only 200 test images"},
    {2, "info --data . --set shift=1 --image 300", "only 300 training images"},
    /* words */
    {2, "train --kernels quick", "--kernels quick: expected one of: naive textbook fast"},
    {2, "train --optimizer adamw", "expected one of: sgd momentum"},
    {2, "train --activation elu", "expected one of: relu sigmoid tanh"},
    {2, "train --net 1989", "expected one of: modern 1998"},
    {2, "train --recipe best", "--recipe best: expected one of: report"},
    {2, "train --pool mean", "expected one of: max subsample"},
    {2, "train --c3 half", "expected one of: full table"},
    {2, "train --init zero", "expected one of: uniform"},
    {2, "train --schedule step", "expected one of: constant cosine"},
    {2, "train --evaluate none", "expected one of: both test end"},
    /* settings by --set */
    {2, "train --set shift", "--set shift: expected key=value"},
    {2, "train --set tilt=3", "--set tilt: no such setting"},
    {2, "train --set shift=-1", "shift -1: expected a number from 0 to 28"},
    {2, "train --set rotate=1,shift=29", "shift 29: expected a number from 0 to 28"},
    {2, "train --set average=1", "average 1: expected a number from 0"},
    {2, "train --set j=0", "j 0: expected a number from 1e-300 to inf"},
    /* settings that do not fit each other */
    {2, "train --head rbf", "head rbf needs activation tanh"},
    {2, "train --set copies=3", "copies without augmentation"},
    {2, "train --set mu=0.1", "mu belongs to optimizer sdlm"},
    {2, "train --optimizer sdlm --set mu=0", "sdlm divides by mu"},
    {2, "info --image 3", "recipe report augments nothing"},
    /* files */
    {1, "tables --data . --load none --dir .", "No such file"},
    {1, "tables --data . --load params --dir none", "none/confusion.tsv: cannot save there"},
    {1, "test --data . --load params --dir none", "none/outputs.tsv: cannot save there"},
    {1, "train --data none", "none/train-images-idx3-ubyte"},
    {1, "train --data . --save none/x", "cannot save there"},
    {1, "train --data . --log none/x", "cannot write the log"},
    {1, "train --data . --log params", "exists and is not a log"},
    {1, "train --data . --epochs 1 --log /dev/full", "/dev/full: the log is incomplete"},
    {1, "train --data . --epochs 1 --save /dev/full", "not a regular file"},
    {1, "train --data . --epochs 1 --checkpoint none/x", "cannot save there"},
    {1, "train --data . --resume ./bent", "Too many levels of symbolic links"},
    {1, "train --data bent", "bent/train-images-idx3-ubyte: Too many levels of symbolic links"},
    {1, "train --data params", "params: is not a folder; name the one"},
    {2, "test --data . --load outputs.tsv --dir .", "outputs.tsv would replace the parameters"},
    {1, "tables --data . --load maps.tsv --dir .", "a table would replace the parameters"},
    /* files that two flags name, under whatever name */
    {2, "train --data . --log x --save x", "--log x: this is the file of --save"},
    {2, "train --data . --log x --checkpoint ./x", "--log x: this is the file of --checkpoint"},
    {2, "train --data . --save x --checkpoint here/x",
     "--save x: this is the file of --checkpoint"},
    {2, "train --data . --load params --save here/params",
     "--save here/params: this is the file of"},
    {2, "train --data . --load params --log linked", "--log linked: this is the file of --load"},
    {2, "train --data . --load params --checkpoint params",
     "--checkpoint params: this is the file"},
    {2, "train --data . --resume params --save params", "--save params: this is the file of"},
    {2, "train --data . --resume params --log params", "--log params: this is the file of"},
    {2, "train --data . --save t10k-labels-idx1-ubyte", "this is the file of the data set"},
    {2, "train --data here --log train-images-idx3-ubyte", "this is the file of the data set"},
    {2, "train --data here --checkpoint train-labels-idx1-ubyte.gz", "the data set"},
    {2, "train --data . --resume t10k-images-idx3-ubyte", "--resume t10k-images-idx3-ubyte: this"},
    {1, "test --data . --load none", "No such file"},
    {1, "test --data . --load train-labels-idx1-ubyte", "not a safetensors file"},
    {1, "train --data . --optimizer sgd --lr 1e30 --batch 50 --epochs 3",
     "try a smaller rate than --lr 1e+30"},
};

Test(ch07_options, refuses, .description = "one line that says what, where and what to do") {
    const char *dir = small_set();
    lenet5_ok(dir, "train --data . --epochs 1 --save params");
    command_in(dir, "ln -s bent bent; ln -s . here; ln -s params linked;"
                    "cp params outputs.tsv; cp params maps.tsv; cp params copy");
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        Ran ran = lenet5_in(dir, "%s", bad[k].arguments);
        const char *end = strchr(ran.err, '\n');
        cr_expect(ran.code == bad[k].code, "'%s': exit code %d, want %d: %s", bad[k].arguments,
                  ran.code, bad[k].code, ran.err);
        cr_expect(strstr(ran.err, bad[k].says) != NULL, "'%s' does not say '%s': %s",
                  bad[k].arguments, bad[k].says, ran.err);
        cr_expect(strncmp(ran.err, "error: ", 7) == 0 && end && end[1] == '\0',
                  "'%s': not one line: %s", bad[k].arguments, ran.err);
    }
    lenet5_ok(dir, "test --data . --load params --threads 256"); /* the most */
    cr_expect(same_bytes(in(dir, "params"), in(dir, "copy")), "the parameters are gone");
    cr_expect(same_bytes(in(dir, "maps.tsv"), in(dir, "copy")), "the parameters are gone");
}

Test(ch07_options, help, .description = "--help, --version and info, from anywhere") {
    static const char *const asks[] = {"help", "--help", "-h", "train --help", "test -h"};
    const char *dir = folder();
    for (size_t k = 0; k < sizeof asks / sizeof *asks; k++) {
        Ran ran = lenet5_ok(dir, "%s", asks[k]);
        cr_expect(strstr(ran.out, "--optimizer NAME") != NULL, "%s: %s", asks[k], ran.out);
        cr_expect(strstr(ran.out, "--kernels NAME") != NULL, "%s: %s", asks[k], ran.out);
        /* each setting's meaning, its words, and the report's value */
        for (int s = 0; s < SETTINGS; s++) {
            char value[32];
            Recipe report;
            recipe_named("report", &report);
            const char *words = settings[s].words ? textf(": %s", settings[s].words) : "";
            const char *line = textf("%s%s  (%s)\n", settings[s].meaning, words,
                                     recipe_get(&report, s, value, sizeof value));
            cr_expect(strstr(ran.out, line) != NULL, "%s does not say '%s'", asks[k], line);
        }
        cr_expect_str_eq(ran.err, "");
    }
    Ran ran = lenet5_ok(dir, "--version");
    const char *build = textf(": %s, %s kernels\n", checkpoint_build, fastest());
    cr_expect(strstr(ran.out, build) != NULL, "%s", ran.out);
    /* the version that is to be cited */
    Ran cited = command_in(".", "sed -n 's/^version: \\(.*\\)/07_lenet5 \\1: /p' CITATION.cff");
    size_t length = strcspn(cited.out, "\n");
    cr_expect(length > 11 && strncmp(ran.out, cited.out, length) == 0, "%s%s", cited.out, ran.out);
    ran = lenet5_ok(dir, "info");
    cr_expect(strstr(ran.out, "61,706") != NULL, "%s", ran.out);
    ran = lenet5_ok(dir, "info --net 1998");
    cr_expect(strstr(ran.out, "60,000") && strstr(ran.out, "340,908"), "%s", ran.out);
}

Test(ch07_options, full_disk, .description = "a stdout that takes nothing is an error") {
    Ran ran = lenet5_in(folder(), "info > /dev/full");
    cr_expect(ran.code == 1 && strstr(ran.err, "cannot write to stdout"), "%d: %s", ran.code,
              ran.err);
}

Test(ch07_options, augmented_images,
     .description = "info --image shows a training image as five epochs, or copies, would see it") {
    const char *dir = small_set();
    Ran ran = lenet5_ok(dir, "info --data . --set shift=2 --image 3");
    cr_expect(strstr(ran.out, "as it is") != NULL, "%s", ran.out);
    cr_expect(strstr(ran.out, "epoch 1\n") && strstr(ran.out, "epoch 5\n"), "%s", ran.out);
    Ran again = lenet5_ok(dir, "info --data . --set shift=2 --image 3 --seed 2");
    cr_expect(strcmp(ran.out, again.out) != 0, "another seed augments alike");
    ran = lenet5_ok(dir, "info --data . --set shift=2,copies=5 --image 3");
    cr_expect(strstr(ran.out, "copy 1\n") && strstr(ran.out, "copy 5\n"), "%s", ran.out);
}
