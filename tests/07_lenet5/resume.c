/*
 * train --checkpoint and --resume, as a user calls them; Ctrl-C; files that must not be replaced.
 */
#include "07_lenet5/workbench/checkpoint.h"
#include "program.h"
#include "reading.h"

#include <signal.h>
#include <string.h>

TestSuite(ch07_resume, .init = whole_network, .timeout = 120);

#define THREE_EPOCHS "--data . --epochs 3 --batch 30 --threads 1"

/* A finished run with log b, parameters b.st and checkpoint c. */
static const char *finished_run(void) {
    const char *dir = small_set();
    lenet5_ok(dir, "train " THREE_EPOCHS " --log b --save b.st --checkpoint c");
    return dir;
}

Test(ch07_resume, log_continues,
     .description = "the log is cut to the checkpoint; nothing is left to do") {
    const char *dir = finished_run();
    lenet5_ok(dir, "train " THREE_EPOCHS " --log a --save a.st");
    cr_expect(same_bytes(in(dir, "a.st"), in(dir, "b.st")), "a checkpoint changes the run");
    command_in(dir, "printf '99\\t4\\tleft over\\n' >> b");
    lenet5_ok(dir, "train --resume c --data . --log b --save c.st");
    expect_same_log(in(dir, "a"), in(dir, "b"));
    cr_expect(same_bytes(in(dir, "a.st"), in(dir, "c.st")), "other parameters");
}

Test(ch07_resume, refuses, .description = "settings, files and images that do not fit") {
    static const struct {
        int code;
        const char *arguments, *says;
    } bad[] = {
        {2, "--resume c --data . --lr 1", "leave out --lr"},
        {2, "--resume c --data . --seed 1", "leave out --seed"},
        {2, "--resume c --data . --recipe report", "leave out --recipe"},
        {2, "--resume c --data . --load b.st", "leave out --load"},
        {2, "--resume c --data . --set shift=1", "leave out --shift"},
        {1, "--resume b.st --data .", "not a checkpoint"},
        {1, "--resume c --data . --validate 30", "other training images"},
        {1, "--resume c --data . --log numbers", "is not a log"},
        {1, "--resume c --data . --log short", "it is too short"},
        {1, "--resume none --data .", "No such file"},
    };
    const char *dir = finished_run();
    command_in(dir, "seq 1000000 > numbers; cp numbers copy; head -n 3 b > short");
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        Ran ran = lenet5_in(dir, "train %s", bad[k].arguments);
        cr_expect(ran.code == bad[k].code, "train %s: exit code %d: %s", bad[k].arguments, ran.code,
                  ran.err);
        cr_expect(strstr(ran.err, bad[k].says) != NULL, "train %s does not say '%s': %s",
                  bad[k].arguments, bad[k].says, ran.err);
    }
    cr_expect(same_bytes(in(dir, "numbers"), in(dir, "copy")), "a file that is not a log was cut");
}

/* Every file of the run gives back the seed of --seed, even the largest one. */
Test(ch07_resume, largest_seed, .description = "flag, file and checkpoint agree on seeds") {
    const char *dir = small_set(), *largest = "18446744073709551615";
    lenet5_ok(dir, "train --data . --epochs 1 --evaluate end --seed %s --save s --checkpoint c",
              largest);
    cr_expect_str_eq(saved_as(in(dir, "s"), "seed"), largest);
    Ran ran = lenet5_ok(dir, "train --data . --resume c --save again");
    cr_expect(strstr(ran.out, textf(", seed %s, ", largest)) != NULL, "%s", ran.out);
    cr_expect_str_eq(saved_as(in(dir, "again"), "seed"), largest);
    lenet5_ok(dir, "tables --data . --load s --dir .");
}

/* ------------------------------------------------------------------ Ctrl-C --------------- */

/* Starts a long run, sends a signal after its first epoch, and returns how it ended. */
static Ran interrupt(const char *dir, const char *arguments, int signal_number) {
    Running run = lenet5_start(dir, arguments);
    wait_for(&run, "\nepoch  1/");
    kill(run.pid, signal_number);
    return wait_for_end(&run);
}

/* The arguments of the command that was printed after "to resume:". */
static const char *printed_arguments(const Ran *ran) {
    const char *command = strstr(ran->out, "; to resume:\n");
    cr_assert(command != NULL, "%s", ran->out);
    /* the program's name is quoted where its folder makes that necessary */
    const char *arguments = strstr(command, "/07_lenet5");
    cr_assert(arguments != NULL, "%s", command);
    arguments += strcspn(arguments, " ") + 1;
    return textf("%.*s", (int)strcspn(arguments, "\n"), arguments);
}

Test(ch07_resume, ctrl_c_without_a_checkpoint,
     .description = "Ctrl-C finishes the batch and says that nothing was saved") {
    Ran ran = interrupt(small_set(), "train --epochs 100000 --data .", SIGINT);
    cr_expect(ran.code == 128 + SIGINT, "exit code %d", ran.code);
    cr_expect(strstr(ran.out, "stopped in epoch") != NULL, "%s", ran.out);
    cr_expect(strstr(ran.out, "nothing was saved") != NULL, "%s", ran.out);
}

/* The printed command has the settings that the checkpoint lacks: images, kernels, probes. */
Test(ch07_resume, sigterm_with_a_checkpoint,
     .description = "SIGTERM saves, and prints a command that resumes on the same kernels") {
    const char *dir = small_set();
    const char *flags = "--data . --kernels textbook --validate 20 --probe 500";
    Ran ran = interrupt(
        dir, textf("train --epochs 100000 --checkpoint 'c d' --save \"it's\" %s", flags), SIGTERM);
    cr_expect(ran.code == 128 + SIGTERM, "exit code %d", ran.code);
    const char *arguments = printed_arguments(&ran);
    cr_expect_str_eq(arguments, textf("train --resume 'c d' %s --save 'it'\\''s'", flags));
    Checkpoint c;
    Error error;
    cr_assert(checkpoint_open(in(dir, "c d"), &c, &error), "%s", error.text);
    long before = c.place.iteration;
    cr_expect(before >= 3 && c.recipe.plan.epochs == 100000, "iteration %ld", before);
    checkpoint_close(&c);

    Running run = lenet5_start(dir, arguments);
    wait_for(&run, ", textbook kernels\n");
    wait_for(&run, "\nepoch ");
    kill(run.pid, SIGINT);
    ran = wait_for_end(&run);
    cr_expect(ran.code == 128 + SIGINT, "exit code %d: %s", ran.code, ran.err);
    cr_assert(checkpoint_open(in(dir, "c d"), &c, &error), "%s", error.text);
    cr_expect(c.place.iteration > before, "iteration %ld, before %ld", c.place.iteration, before);
    checkpoint_close(&c);
}

/* ------------------------------------------------------------------ good files ----------- */

#define QUICK "--evaluate end --threads 1 --data ."

/* sdlm with nothing under the line: a loss that is finite, and a step that is not. A file that
   could not be read again replaces no good one. */
Test(ch07_resume, keeps_the_good_file,
     .description = "a diverged run leaves the last good checkpoint as it was") {
    const char *dir = small_set();
    lenet5_ok(dir, "train --epochs 1 --batch 50 " QUICK " --checkpoint good");
    command_in(dir, "cp good copy");
    Ran ran = lenet5_in(dir, "train --optimizer sdlm --lr 1e30 --set mu=1e-30 --batch 300 " QUICK
                             " --checkpoint good");
    cr_expect(ran.code == 1, "exit code %d", ran.code);
    cr_expect(strstr(ran.err, "good: not saved: ") != NULL, "%s", ran.err);
    cr_expect(strstr(ran.err, "is not finite") != NULL, "%s", ran.err);
    cr_expect(same_bytes(in(dir, "good"), in(dir, "copy")), "the good checkpoint is gone");
}

/* The leftovers of a killed process are used again. */
Test(ch07_resume, old_temporaries, .description = "a dead process blocks no later one") {
    const char *dir = small_set();
    Ran ran = command_in(dir,
                         "printf '\\10\\0\\0\\0\\0\\0\\0\\0{' > s.unfinished; exec %s train "
                         "--epochs 1 --batch 50 " QUICK " --save s",
                         program_path());
    cr_expect(ran.code == 0 && exists(in(dir, "s")), "%d: %s", ran.code, ran.err);
}

/* An edited setting, and a bit that fell over. */
Test(ch07_resume, damaged, .description = "an edited or damaged checkpoint is refused") {
    const char *dir = small_set();
    size_t bytes;
    lenet5_ok(dir, "train --epochs 1 --batch 50 " QUICK " --checkpoint good");
    char *file = read_file(in(dir, "good"), &bytes), *number = NULL;
    const char *setting = "\"epochs\":\"1\"";
    for (size_t i = 0; i + strlen(setting) < bytes && !number; i++)
        if (memcmp(file + i, setting, strlen(setting)) == 0) number = file + i;
    cr_assert(number != NULL, "the checkpoint has no epochs");
    number[strlen(setting) - 2] = '2';
    write_file(in(dir, "edited"), file, bytes);
    number[strlen(setting) - 2] = '1';
    file[bytes - 4] ^= 1;
    write_file(in(dir, "damaged"), file, bytes);
    for (int k = 0; k < 2; k++) {
        Ran ran = lenet5_in(dir, "train --resume %s --data .", k ? "edited" : "damaged");
        cr_expect(ran.code == 1 && strstr(ran.err, "damaged or edited: its checksum"), "%d: %s",
                  ran.code, ran.err);
    }
}

/* ------------------------------------------------------------------ two runs ------------- */

Test(ch07_resume, one_run_per_checkpoint, .description = "a second run is refused") {
    const char *dir = small_set();
    Running run = lenet5_start(dir, "train --epochs 100000 --data . --checkpoint c");
    wait_for(&run, "\nepoch  2/");
    Ran second = lenet5_in(dir, "train --resume c --data .");
    cr_expect(second.code == 1, "exit code %d: %s", second.code, second.out);
    const char *why = textf("error: c: another run (process %ld) is using it\n", (long)run.pid);
    cr_expect_str_eq(second.err, why);
    kill(run.pid, SIGHUP); /* the terminal was closed */
    Ran first = wait_for_end(&run);
    cr_expect(first.code == 128 + SIGHUP, "exit code %d: %s", first.code, first.err);
    cr_expect(strstr(first.out, "--resume c") != NULL, "%s", first.out);
    cr_expect(!exists(in(dir, "c.lock")), "the lock is left");
    run = lenet5_start(dir, "train --resume c --data .");
    wait_for(&run, "\nepoch ");
    kill(run.pid, SIGKILL); /* leaves its lock, which locks nothing */
    wait_for_end(&run);
    cr_expect(exists(in(dir, "c.lock")), "a killed process cleans up?");
    run = lenet5_start(dir, "train --resume c --data .");
    wait_for(&run, "\nepoch ");
    kill(run.pid, SIGTERM);
    wait_for_end(&run);
    cr_expect(!exists(in(dir, "c.lock")), "the lock is left");
}

/* nohup: a closed terminal is no reason to stop. */
Test(ch07_resume, nohup, .description = "a run under nohup does not stop with its terminal") {
    const char *dir = small_set();
    const char *train =
        textf("exec %s train --epochs 100000 --data . --checkpoint c", program_path());
    Running run =
        command_start(dir, textf("trap '' HUP; %s", train)); /* inherited, as from nohup */
    wait_for(&run, "\nepoch  1/");
    kill(run.pid, SIGHUP);
    wait_for(&run, "\nepoch  3/");
    kill(run.pid, SIGTERM);
    Ran ran = wait_for_end(&run);
    cr_expect(ran.code == 128 + SIGTERM, "exit code %d", ran.code);
}

/* Another build's results differ in the last bits: said, not refused. */
Test(ch07_resume, another_build, .description = "a warning that other kernels change bits") {
    const char *dir = small_set();
    Ran ran = lenet5_ok(dir, "train --epochs 1 --batch 50 " QUICK " --checkpoint c");
    double accuracy = number_after(ran.out, "test_accuracy=");
    ran = lenet5_ok(dir, "train --resume c --data . --kernels naive");
    cr_expect(strstr(ran.out, "\nnote: saved by ") != NULL, "%s", ran.out);
    cr_expect(strstr(ran.out, "naive kernels: the last bits will differ\n") != NULL, "%s", ran.out);
    ran = lenet5_ok(dir, "train --resume c --data .");
    cr_expect(strstr(ran.out, "note:") == NULL, "%s", ran.out);
    cr_expect(number_after(ran.out, "test_accuracy=") == accuracy, "a finished run: %s", ran.out);
}

/* ------------------------------------------------------------------ full disks ----------- */

/* No file may have more than 40 blocks: a log fits, parameters do not. */
Test(ch07_resume, full_disk, .description = "the system's reason, and nothing half-written") {
    const char *dir = small_set();
    Ran ran =
        command_in(dir, "ulimit -f 40; %s train --epochs 1 --batch 50 " QUICK " --log l --save s",
                   program_path());
    cr_expect(ran.code == 1, "exit code %d", ran.code);
    cr_expect_str_eq(ran.err, "error: s: cannot save: File too large\n");
    cr_expect(strstr(listing(dir), "s.") == NULL && !exists(in(dir, "s")), "%s", listing(dir));
}
