/*
 * Threads that share out the items of a job.
 */
#include "team.h"
#include "measure.h"
#include "support/suite.h"

#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

TestSuite(common_team, .init = limited, .timeout = 60);

/* How often each item was done, and on which threads. */
typedef struct Tally {
    int threads;
    int times[100];
    bool busy[8];
    bool broken; /* an item met another on its thread, or a thread that does not exist */
} Tally;

static void count_item(void *job, int item, int thread) {
    Tally *tally = job;
    if (thread < 0 || thread >= tally->threads || tally->busy[thread]) {
        tally->broken = true;
        return;
    }
    tally->busy[thread] = true;
    tally->times[item]++;
    tally->busy[thread] = false;
}

Test(common_team, team_does_every_item_once) {
    Error error;
    for (int threads = 1; threads <= 8; threads++) {
        Team *team = team_new(threads, &error);
        cr_assert(team != NULL, "%s", error.text);
        /* Jobs of every size, without a pause between them: none may see another's items. */
        for (int count = 0; count <= 100; count++)
            for (int repeat = 0; repeat < 20; repeat++) {
                Tally tally = {.threads = threads};
                team_run(team, count, count_item, &tally);
                int wrong = 0;
                for (int i = 0; i < 100; i++)
                    wrong += tally.times[i] != (i < count);
                cr_assert(wrong == 0, "%d threads, %d items: %d wrong", threads, count, wrong);
                cr_assert(!tally.broken, "%d threads, %d items", threads, count);
            }
        team_free(team);
    }
    team_free(NULL);
}

/* Items that are under way, and those that have seen all the others. */
typedef struct Meeting {
    atomic_int here, met;
} Meeting;

enum { MEMBERS = 4 };

/* Waits for the others, five seconds at most. */
static void meet(void *job, int item, int thread) {
    (void)item, (void)thread;
    Meeting *meeting = job;
    atomic_fetch_add(&meeting->here, 1);
    for (int k = 0; k < 500 && atomic_load(&meeting->here) < MEMBERS; k++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    if (atomic_load(&meeting->here) == MEMBERS) atomic_fetch_add(&meeting->met, 1);
}

/* Items that wait for each other need a thread each. */
Test(common_team, team_works_at_the_same_time) {
    Error error;
    Team *team = team_new(MEMBERS, &error);
    cr_assert(team != NULL, "%s", error.text);
    Meeting meeting = {0, 0};
    team_run(team, MEMBERS, meet, &meeting);
    cr_expect(meeting.met == MEMBERS, "%d of %d items met", meeting.met, MEMBERS);
    team_free(team);
}

static void doze(void *job, int item, int thread) {
    (void)job, (void)item, (void)thread;
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
}

/* A thread that waits for another uses no processor: here one item takes long, and seven threads
   have nothing to do; then the caller waits for a worker. OpenBLAS's threads, which start with the
   process, look for work for a tenth of a second: that is waited for first. */
Test(common_team, team_waits_asleep) {
    Error error;
    Team *team = team_new(8, &error);
    cr_assert(team != NULL, "%s", error.text);
    doze(NULL, 0, 0);
    clock_t before = clock();
    for (int items = 1; items <= 2; items++)
        team_run(team, items, doze, NULL);
    double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
    cr_expect(seconds < 0.1, "0.4 s of waiting took %.3f s of processor time", seconds);
    team_free(team);
}

/* The outcome of a brief job. */
typedef struct Brief {
    int times[100], by_others;
} Brief;

static void brief_item(void *job, int item, int thread) {
    Brief *brief = job;
    double until = seconds_now() + 1e-5;
    while (seconds_now() < until)
        continue;
    brief->times[item]++;
    if (thread > 0) brief->by_others++; /* two threads: there is one other */
}

/* An item for which the other thread takes a tenth of a second. */
static void slow_item(void *job, int item, int thread) {
    (void)item;
    bool *by_other = job;
    if (thread > 0) *by_other = true;
    nanosleep(&(struct timespec){.tv_nsec = thread > 0 ? 100000000 : 2000000}, NULL);
}

static Brief run_brief(Team *team) {
    Brief brief = {{0}, 0};
    team_run_brief(team, 100, brief_item, &brief);
    for (int i = 0; i < 100; i++)
        cr_expect(brief.times[i] == 1, "item %d was done %d times", i, brief.times[i]);
    return brief;
}

/* After the caller had to wait, it does brief jobs alone, until no thread is late. */
Test(common_team, team_brief_jobs) {
    Error error;
    Team *one = team_new(1, &error), *two = team_new(2, &error);
    cr_assert(one && two, "%s", error.text);
    cr_expect(run_brief(one).by_others == 0);
    for (int round = 0; round < 3; round++) {
        bool late = false;
        team_run(two, 2, slow_item, &late);
        int by_others = run_brief(two).by_others;
        cr_expect(!late || by_others == 0, "%d items were done by the late one", by_others);
    }
    int by_others = 0;
    for (double until = seconds_now() + 10; by_others == 0 && seconds_now() < until;) {
        Brief ignored = {{0}, 0};
        team_run(two, 4, brief_item, &ignored);
        by_others = run_brief(two).by_others;
    }
    cr_expect(by_others > 0, "brief jobs are never shared out");
    team_free(one);
    team_free(two);
}

Test(common_team, team_processors) {
    int processors = team_processors();
    cr_expect(processors >= 1 && processors <= sysconf(_SC_NPROCESSORS_CONF));
    cr_expect(team_threads(1) == 1 && team_threads(processors) == processors);
    cr_expect(team_threads(processors + 1) == processors, "no thread takes turns");
}
